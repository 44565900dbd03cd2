"""What can only be said of a package by running its own code and building its notebooks. Imports no Django."""

from __future__ import annotations

import ast
import json
import re
import tempfile
from collections.abc import Collection
from functools import partial
from pathlib import Path

from apps.exercises.build import PUBLIC_CHECK, RAISES, build_notebook, introduction, variant_source, variants
from apps.exercises.errors import PackageError, Problem
from apps.exercises.modules import blame, import_file
from apps.exercises.package import GRADING_FILE, ExercisePackage, package_files
from apps.grading import Check, Close, GradingSpec, Inputs

CELL = re.compile(r"^# %%.*$", re.MULTILINE)
TAGS = re.compile(r"^# %%.*\btags=(\[.*?\])")
# What a check reveals has to differ between some of these.
DRAWS = range(4)
MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)


def validate_package(package: ExercisePackage, resources: Collection[str] | None = None) -> None:
    """Check a loaded package as a whole; `resources` are the slugs of those that there are, where that is known.

    1. tags of cells; 2. regions have a solution that differs from the starter and from each mutant's; 3. every variant
    builds, and its cells parse; 4. the notebook begins with an introduction; 5. grading.py loads and draws its inputs,
    mutants lose points of checks that it has, and checks teach and reveal what they may; 6. data.py makes data/ as it
    is; 7. measured figures are there.

    Raises PackageError with all problems found.
    """
    problems = [*_tags(package), *_regions(package), *_variants(package)]
    for check in (_introduction, _grading, partial(_lessons, resources=resources), _data, _figures):
        try:
            problems += check(package)
        except PackageError as error:
            problems += error.problems
    if problems:
        # Two of them may stumble over the same line of grading.py.
        raise PackageError(dict.fromkeys(problems))


def _tags(package: ExercisePackage) -> list[Problem]:
    path = package.source.path
    problems = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        found = TAGS.match(line)
        if found is None:
            continue
        try:
            unknown = [tag for tag in json.loads(found[1]) if tag not in {PUBLIC_CHECK, RAISES}]
        except ValueError:
            unknown = [found[1]]
        problems += [Problem(path, number, f"Unknown tag {tag!r}. Known: {PUBLIC_CHECK}, {RAISES}.") for tag in unknown]
    return problems


def _regions(package: ExercisePackage) -> list[Problem]:
    path, found = package.source.path, package.source.regions
    if not found:
        return [Problem(path, 1, "There is nothing to solve here. Mark it with ### BEGIN SOLUTION name.")]
    problems = []
    for region in found.values():
        if not any(line.strip() for line in region.solution):
            problems.append(Problem(path, region.line, f"The region {region.name!r} has no solution. Write one."))
        if region.solution == region.starter_lines:
            text = f"The starter of {region.name!r} is its solution. Leave something to do."
            problems.append(Problem(path, region.line, text))
    for mutant in package.mutants.values():
        same = [name for name, region in mutant.regions.items() if name in found and region.same_code(found[name])]
        problems += [
            Problem(mutant.path, mutant.regions[name].line, f"The region {name!r} is not wrong: it is the reference's.")
            for name in same
        ]
    return problems


def _variants(package: ExercisePackage) -> list[Problem]:
    """Code cells that are no Python. Mutants are looked at where the reference, of which they are made, is sound.

    A mutant is built, which takes long, only where one of its cells does not parse as it stands in the text.
    """
    problems, sound = [], True
    for variant in variants(package):
        kind, _, name = variant.partition(":")
        if kind == "mutant" and not sound:
            break
        if kind == "mutant" and all(map(_parses, CELL.split(variant_source(package, variant)))):
            continue
        path = package.mutants[name].path if kind == "mutant" else package.source.path
        for cell in build_notebook(package, variant).cells:
            if cell.cell_type != "code" or cell.source.startswith("%%"):
                continue
            try:
                ast.parse(MAGIC.sub(r"\1pass", cell.source))
            except SyntaxError as error:
                sound = sound and kind != "reference"
                text = f"The {kind} does not parse: {error.msg}. Look at {_wording(cell.source, error)!r}."
                problems.append(Problem(path, _line_of(path, _wording(cell.source, error)), text))
    return problems


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _wording(source: str, error: SyntaxError) -> str:
    lines = source.splitlines()
    return lines[min((error.lineno or 1), len(lines)) - 1].strip() if lines else ""


def _line_of(path: Path, text: str) -> int:
    """Where a line of a cell stands in its source, commented out or not; 1 where it is not found."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if text and line.lstrip("# \t") == text), 1)


def _introduction(package: ExercisePackage) -> list[Problem]:
    introduction(package)
    return []


def _grading(package: ExercisePackage) -> list[Problem]:
    spec = package.spec()
    points = {check.id: check.points for check in spec.checks}
    problems = []
    if (spec.competition is None) != (package.manifest.competition is None):
        text = f"A competition needs both: competition in {GRADING_FILE}'s SPEC, and competition: in exercise.yaml."
        problems.append(Problem(package.folder / GRADING_FILE, 1, text))
    try:
        _draws(package, spec, range(1))
    except PackageError as error:
        problems += error.problems
    for mutant in package.mutants.values():
        for check, lost in mutant.loses.items():
            if check not in points:
                text = f"{GRADING_FILE} has no check {check!r}. Use one of: {', '.join(points)}."
                problems.append(Problem(mutant.path, mutant.loses_line, text))
            elif lost > points[check]:
                text = f"{check!r} has {points[check]:g} points, it can't lose {lost:g}. Correct one of them."
                problems.append(Problem(mutant.path, mutant.loses_line, text))
    return problems


def _draws(package: ExercisePackage, spec: GradingSpec, seeds: range) -> list[Inputs]:
    """The hidden inputs of these seeds. Raises PackageError where they can't be drawn."""
    try:
        return [spec.draw(seed) for seed in seeds]
    except Exception as error:
        # A specification tells of what its author's function raised.
        first = error.__cause__ or error
        text = f"The hidden inputs can't be drawn: {type(first).__name__}: {first}. Correct what draws them."
        raise PackageError.at(*blame(first, package.folder, package.folder / GRADING_FILE), text) from error


def _lessons(package: ExercisePackage, resources: Collection[str] | None) -> list[Problem]:
    """Checks about concepts that the exercise doesn't name, and those that would reveal the same in each run."""
    spec, problems = package.spec(), []

    def problem(text: str) -> None:
        problems.append(Problem(package.folder / GRADING_FILE, 1, text))

    checks = [check for check in spec.checks if isinstance(check, Check)]
    for check in checks:
        if check.concept and check.concept not in package.manifest.concepts:
            text = f"The check {check.id!r} is about {check.concept!r}, which is not among the exercise's concepts."
            problem(f"{text} Correct one of them.")
        if check.look_again and resources is not None and check.look_again.resource not in resources:
            problem(f"The check {check.id!r} wants {check.look_again.resource!r} looked at, which is no resource.")
    revealing = [check for check in checks if isinstance(check, Close) and check.reveal]
    if not revealing:
        return problems
    try:
        draws = _draws(package, spec, DRAWS)
    except PackageError as error:
        return [*problems, *error.problems]
    for one in revealing:
        try:
            fixed = one.is_fixed(*draws)
        except Exception as error:
            text = f"The reference of the check {one.id!r} fails: {type(error).__name__}: {error}. Correct it."
            problems.append(Problem(*blame(error, package.folder, package.folder / GRADING_FILE), text))
            continue
        if fixed:
            problem(f"The check {one.id!r} reveals its reference, which is the same in each run. Leave reveal out.")
    return problems


def _data(package: ExercisePackage) -> list[Problem]:
    """Files of data/ that data.py would not write as they are."""
    path = package.folder / "data.py"
    if not path.is_file():
        return []
    write = getattr(import_file(package.folder, package.digest, "data"), "write", None)
    if write is None:
        # A mere helper of grading.py, as long as there is no data/ that nobody could make again.
        return [Problem(path, 1, "data/ can't be made again. Add write(folder: Path).")] if package.data_files() else []
    with tempfile.TemporaryDirectory() as temporary:
        try:
            write(Path(temporary))
        except Exception as error:
            text = f"write(folder) raised {type(error).__name__}: {error}. Correct it."
            raise PackageError.at(path, 1, text) from error
        fresh = {f"data/{name}": (Path(temporary) / name).read_bytes() for name in package_files(Path(temporary))}
    stored = {name: file.read_bytes() for name, file in package.data_files().items()}
    return [
        Problem(package.folder / name, 1, "data.py makes it differently. Run write_data, and commit what it wrote.")
        for name in sorted(fresh.keys() | stored.keys())
        if fresh.get(name) != stored.get(name)
    ]


def _figures(package: ExercisePackage) -> list[Problem]:
    build, figures = package.folder / "reference" / "build.py", package.folder / "reference" / "figures.json"
    if build.is_file() and not figures.is_file():
        return [Problem(figures, 1, f"The figures are missing. Run build_references {package.slug}.")]
    if figures.is_file():
        try:
            json.loads(figures.read_text(encoding="utf-8"))
        except ValueError as error:
            return [Problem(figures, 1, f"This is not JSON: {error}. Run build_references {package.slug}.")]
    return []
