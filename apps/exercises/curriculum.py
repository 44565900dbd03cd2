"""All packages of the curriculum at once, checked against its tracks and concepts. Imports no Django."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from apps.catalog.curriculum import Curriculum
from apps.exercises.errors import PackageError, Problem
from apps.exercises.manifest import MANIFEST_FILE, read_yaml_file
from apps.exercises.package import ExercisePackage, find_packages, load_package
from apps.quizzes.kinds import Quiz

# From how many sides each concept is looked at, at least.
PERSPECTIVES = 2


def load_packages(curriculum: Path, only: Collection[str] = ()) -> list[ExercisePackage]:
    """Every package below the curriculum's folder, or those with the slugs `only`.

    Raises PackageError with the problems of all of them.
    """
    problems: list[Problem] = []
    packages: dict[str, ExercisePackage] = {}
    for folder in find_packages(curriculum):
        if only and folder.name not in only:
            continue
        if folder.name in packages:
            other = packages[folder.name].folder
            problems.append(Problem(folder, 1, f"The exercise is already in {other}. Give one of them another name."))
            continue
        try:
            packages[folder.name] = load_package(folder)
        except PackageError as error:
            problems += error.problems
    if problems:
        raise PackageError(problems)
    return list(packages.values())


def dangling(
    package: ExercisePackage, *, sections: Collection[tuple[str, str]], concepts: Collection[str]
) -> list[Problem]:
    """What the manifest names and nobody has; `sections` are pairs of track and section, all by slug."""
    file = read_yaml_file(package.folder / MANIFEST_FILE)
    problems = []
    if (package.track, package.manifest.section) not in sections:
        known = ", ".join(sorted(section for track, section in sections if track == package.track)) or "none"
        text = f"The track {package.track!r} has no section {package.manifest.section!r}. Its sections: {known}."
        problems.append(file.problem(("section",), text))
    for index, concept in enumerate(package.manifest.concepts):
        if concept not in concepts:
            text = f"There is no concept {concept!r}. Correct it, or add it to concepts.yaml."
            problems.append(file.problem(("concepts", index), text))
    return problems


def lonely_concepts(
    curriculum: Curriculum, packages: Collection[ExercisePackage], quizzes: Collection[Quiz], folder: Path
) -> list[Problem]:
    """Concepts that nothing looks at, and those that are looked at from one side only.

    An idea sticks once it has been seen from two: a resource, an exercise, or a quiz each count as one.
    """
    seen = Counter(slug for package in packages for slug in package.manifest.concepts)
    for quiz in quizzes:
        seen.update({slug for question in quiz.questions for slug in question.concepts})
    for track in curriculum.tracks:
        for section in track.sections:
            seen.update(slug for resource in section.resources for slug in resource.concepts)
    yaml = read_yaml_file(folder / "concepts.yaml")
    problems = []
    for index, concept in enumerate(curriculum.concepts):
        if seen[concept.slug] < PERSPECTIVES:
            found = "Nothing looks at" if not seen[concept.slug] else "Only one resource, exercise or quiz looks at"
            text = f"{found} the concept {concept.slug!r}. Name it where it is taught, or take it out."
            problems.append(yaml.problem((index, "slug"), text))
    return problems
