"""Exercise packages as they lie on disk: notebooks/<track>/<slug>/, read and checked. Imports no Django.

exercise.yaml   what the exercise says about itself          notebook.py   starter and reference in one
grading.py      SPEC: inputs, probes, checks                 mutants/      plausible wrong solutions
data/           public files for the learner                 data.py       write(folder) makes data/ again
reference/      build.py, figures.json, weights              other *.py    helpers, imported relatively
notes.md        what it teaches, for authors
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import yaml

from apps.exercises import regions
from apps.exercises.errors import PackageError, Problem
from apps.exercises.manifest import MANIFEST_FILE, Manifest, read_manifest
from apps.exercises.modules import import_file

if TYPE_CHECKING:
    from apps.grading import GradingSpec

__all__ = ["ExercisePackage", "Mutant", "PackageError", "Problem", "find_packages", "load_package", "package_files"]

NOTEBOOK_FILE = "notebook.py"
GRADING_FILE = "grading.py"
REQUIRED = (MANIFEST_FILE, NOTEBOOK_FILE, GRADING_FILE)
# What the platform asks a specification for; apps.grading says what each is.
SPEC_PARTS = ("draw", "probes", "checks", "competition", "max_score")
ALLOWED = re.compile(
    r"exercise\.yaml|notes\.md|[a-z_][a-z0-9_]*\.py|data/.+|mutants/[a-z][a-z0-9_-]*\.py"
    r"|reference/(build\.py|figures\.json|[a-z0-9_-]+\.(safetensors|npy))"
)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LOSES = re.compile(r"^# loses:(?P<loses>.*)$", re.MULTILINE)
DATA_PATH = re.compile(r"""["'](data/[\w./-]*\w)["']""")


@dataclass(frozen=True)
class Mutant:
    """A plausible wrong solution: the regions that it replaces, and the points that each check must take from it."""

    name: str
    path: Path
    description: str
    loses: Mapping[str, float]
    loses_line: int
    regions: Mapping[str, regions.Region]


@dataclass(frozen=True)
class ExercisePackage:
    """One package in one state: `digest` is the SHA-256 over its files, in hexadecimal."""

    slug: str
    folder: Path
    digest: str
    manifest: Manifest
    source: regions.Source
    mutants: Mapping[str, Mutant]

    @property
    def track(self) -> str:
        """The slug of its track, where the package lies in the curriculum (a frozen copy lies elsewhere)."""
        return self.folder.parent.name

    def spec(self) -> GradingSpec:
        """SPEC of its grading.py. Raises PackageError where the file can't be imported or has none."""
        spec = getattr(import_file(self.folder, self.digest, "grading"), "SPEC", None)
        lacking = [name for name in SPEC_PARTS if not hasattr(spec, name)]
        if lacking:
            text = f"SPEC is no grading specification: no {', '.join(lacking)}. Write SPEC = GradingSpec(…)."
            raise PackageError.at(self.folder / GRADING_FILE, 1, text)
        return cast("GradingSpec", spec)

    def data_files(self) -> dict[str, Path]:
        """The public files by their path in the learner's folder (`data/houses.csv`), in order."""
        return {name: self.folder / name for name in package_files(self.folder) if name.startswith("data/")}


def find_packages(curriculum: Path) -> list[Path]:
    """The folders of all packages below the curriculum's folder: every folder of a track, quizzes apart."""
    return sorted(
        path
        for track in curriculum.glob("*/track.yaml")
        for path in track.parent.iterdir()
        if path.is_dir() and path.name != "quizzes" and not path.name.startswith((".", "__"))
    )


def package_files(folder: Path) -> list[str]:
    """Paths of all files, relative to `folder`, in a stable order; what editors and Python leave behind is left out."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if (path.is_symlink() or not path.is_dir())
        and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
    )


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and contents of the files; raises OSError for one that can't be read."""
    whole = hashlib.sha256()
    for name in package_files(folder):
        content = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        whole.update(f"{name}\0{content}\n".encode())
    return whole.hexdigest()


def load_package(folder: Path, *, slug: str | None = None) -> ExercisePackage:
    """Read a package; its slug is the folder's name unless given.

    1. the files: the required ones are there, nothing else than a package holds, no links; 2. exercise.yaml;
    3. the regions of notebook.py, and the public files that it opens; 4. the mutants and the regions that they name.

    Nothing of the package is run: see validation.py for what needs grading.py. Raises PackageError with all problems
    found.
    """
    problems = _layout_problems(folder, slug or folder.name)
    if problems:
        raise PackageError(problems)
    manifest = source = None
    mutants: dict[str, Mutant] = {}
    try:
        manifest = read_manifest(folder / MANIFEST_FILE)
    except PackageError as error:
        problems += error.problems
    try:
        source = _read_source(folder / NOTEBOOK_FILE)
        problems += _missing_data(folder, source.path)
    except PackageError as error:
        problems += error.problems
    for path in sorted(folder.glob("mutants/*.py")):
        try:
            mutants[path.stem] = _read_mutant(path, source)
        except PackageError as error:
            problems += error.problems
    if problems or manifest is None or source is None:
        raise PackageError(problems)
    return ExercisePackage(slug or folder.name, folder, digest_of(folder), manifest, source, mutants)


def _layout_problems(folder: Path, slug: str) -> list[Problem]:
    if not folder.is_dir():
        return [Problem(folder, 1, "There is no package here. Run sync_curriculum, or restore the folder.")]
    files = package_files(folder)
    problems = [
        Problem(folder / name, 1, f"{name} is missing. Every exercise has one.")
        for name in REQUIRED
        if name not in files
    ]
    if not SLUG.fullmatch(slug):
        problems.append(Problem(folder, 1, f"{slug!r} is no slug. Use small letters, digits and single hyphens."))
    for name in files:
        if (folder / name).is_symlink() or not (folder / name).is_file():
            problems.append(Problem(folder / name, 1, "This is no plain file. Put a copy in its place."))
        elif not ALLOWED.fullmatch(name):
            text = (
                "Nothing uses this file. Remove it, or put public files in data/ and wrong solutions in mutants/*.py."
            )
            problems.append(Problem(folder / name, 1, text))
    if (folder / "data").is_dir() and not any(name.startswith("data/") for name in files):
        problems.append(Problem(folder / "data", 1, "The folder is empty. Remove it."))
    return problems


def _read_source(path: Path) -> regions.Source:
    try:
        return regions.parse(path, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise PackageError.at(path, 1, f"The file is not text: {error.reason}. Save it as UTF-8.") from None


def _missing_data(folder: Path, path: Path) -> list[Problem]:
    return [
        Problem(path, number, f"{name} does not exist. Add it to the package's data/ folder.")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for name in DATA_PATH.findall(line)
        if not (folder / name).exists()
    ]


def _read_mutant(path: Path, notebook: regions.Source | None) -> Mutant:
    """A mutant: a docstring, a line `# loses: {check: points}`, and regions of `notebook` (None: it is malformed)."""
    source = _read_source(path)
    if not source.regions:
        raise PackageError.at(path, 1, "It replaces no region. Add ### BEGIN SOLUTION name … ### END SOLUTION.")
    problems = []
    for region in source.regions.values():
        if notebook and region.name not in notebook.regions:
            known = ", ".join(notebook.regions) or "none"
            text = f"notebook.py has no region {region.name!r}. Use one of its regions: {known}."
            problems.append(Problem(path, region.line, text))
        if region.starter is not None:
            problems.append(Problem(path, region.line, "A mutant has no ### STARTER. Leave only the wrong solution."))
    first = min(region.line for region in source.regions.values())
    header = "\n".join(path.read_text(encoding="utf-8").splitlines()[: first - 1])
    try:
        description = ast.get_docstring(ast.parse(header)) or ""
    except SyntaxError as error:
        raise PackageError.at(path, error.lineno or 1, f"{error.msg}. Begin with a docstring and # loses: …") from None
    if not description:
        problems.append(Problem(path, 1, 'It says not what is wrong with it. Begin with a sentence in """…""".'))
    loses, line = _read_loses(path, header, problems)
    if problems:
        raise PackageError(problems)
    return Mutant(path.stem, path, description, loses, line, source.regions)


def _read_loses(path: Path, header: str, problems: list[Problem]) -> tuple[dict[str, float], int]:
    found = LOSES.search(header)
    if found is None:
        problems.append(Problem(path, 1, "It says not what it loses. Add a line such as # loses: {fit: 2}."))
        return {}, 1
    line = header.count("\n", 0, found.start()) + 1
    try:
        loses = yaml.safe_load(found["loses"])
    except yaml.YAMLError:
        loses = None
    if not isinstance(loses, dict) or not loses or not all(_is_loss(*item) for item in loses.items()):
        text = "loses maps checks to points lost, above 0. Write # loses: {fit: 2, gradient: 3}."
        problems.append(Problem(path, line, text))
        return {}, line
    return {check: float(points) for check, points in loses.items()}, line


def _is_loss(check: object, points: object) -> bool:
    return isinstance(check, str) and isinstance(points, int | float) and not isinstance(points, bool) and points > 0
