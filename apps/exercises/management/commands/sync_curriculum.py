"""Load the curriculum's files into the tables, or only check them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.catalog.curriculum import Curriculum, CurriculumError, Problem, load_curriculum
from apps.catalog.services import sync_catalog
from apps.exercises.curriculum import dangling, load_packages, lonely_concepts
from apps.exercises.package import ExercisePackage
from apps.exercises.services import sync_exercises
from apps.exercises.validation import validate_package
from apps.quizzes.kinds import Quiz
from apps.quizzes.loading import load_quizzes
from apps.quizzes.services import sync_quizzes


class Command(BaseCommand):
    """Tracks, sections, resources, concepts, exercises, quizzes: what changed in the files changes on the site."""

    help = "Load the curriculum's files into the tables. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check for a build server, --json for a program."""
        parser.add_argument("--check", action="store_true", help="only validate: change nothing, exit 1 on any error")
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read all, report all mistakes at once, then write."""
        folder = Path(settings.CURRICULUM_DIR)
        curriculum, packages, quizzes, problems = read_all(folder, validate=options["check"])
        if not problems and not options["check"]:
            try:
                sync_catalog(curriculum=curriculum)
                sync_exercises(packages=packages)
                sync_quizzes(quizzes=quizzes)
            except CurriculumError as error:
                problems = list(error.problems)
        if problems:
            for problem in problems:
                self.stderr.write(str(problem))
            raise CommandError(f"The curriculum in {folder} has {len(problems)} mistakes.", returncode=1)
        found = counts(curriculum, packages, quizzes)
        if options["json"]:
            self.stdout.write(json.dumps(found))
        elif options["verbosity"]:
            self.stdout.write(_sentence(found, options["check"]))


def read_all(
    folder: Path, *, validate: bool
) -> tuple[Curriculum, list[ExercisePackage], tuple[Quiz, ...], list[Problem]]:
    """The curriculum, its packages and quizzes, and every mistake in them; what can't be read is left out."""
    problems: list[Problem] = []
    curriculum = Curriculum(concepts=(), tracks=())
    packages: list[ExercisePackage] = []
    quizzes: tuple[Quiz, ...] = ()
    try:
        curriculum = load_curriculum(folder)
    except CurriculumError as error:
        problems += error.problems
    sound = not problems
    try:
        packages = load_packages(folder)
    except CurriculumError as error:
        problems += error.problems
    sections = [(track.slug, section.slug) for track in curriculum.tracks for section in track.sections]
    resources = {one.slug for track in curriculum.tracks for section in track.sections for one in section.resources}
    for package in packages:
        if sound:
            problems += dangling(package, sections=sections, concepts=curriculum.concept_slugs)
        if validate:
            try:
                validate_package(package, resources if sound else None)
            except CurriculumError as error:
                problems += error.problems
    if sound:
        # Of a curriculum that can't be read nothing can be said of what refers to it.
        try:
            quizzes = load_quizzes(folder, curriculum)
        except CurriculumError as error:
            problems += error.problems
    if validate and not problems:
        problems += lonely_concepts(curriculum, packages, quizzes, folder)
    return curriculum, packages, quizzes, problems


def counts(curriculum: Curriculum, packages: list[ExercisePackage], quizzes: tuple[Quiz, ...]) -> dict[str, Any]:
    """How many of each the files hold; questions by kind."""
    sections = [section for track in curriculum.tracks for section in track.sections]
    return {
        "tracks": len(curriculum.tracks),
        "sections": len(sections),
        "resources": sum(len(section.resources) for section in sections),
        "concepts": len(curriculum.concepts),
        "exercises": len(packages),
        "mutants": sum(len(package.mutants) for package in packages),
        "quizzes": len(quizzes),
        "questions": dict(Counter(question.kind for quiz in quizzes for question in quiz.questions)),
    }


def _sentence(found: dict[str, Any], check: bool) -> str:
    found = {**found, "questions": sum(found["questions"].values())}
    listed = ", ".join(f"{noun} {number}" for noun, number in found.items() if number)
    return f"{'Sound' if check else 'Loaded'}: {listed}."
