"""Every exercise of the curriculum, proven the way a learner meets it: handed in, run in the sandbox, graded.

The reference gets all points, the starter what an empty answer deserves, and each mutant loses just what it says; no
check goes without a mutant that fails it.
"""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path

import nbformat
import pytest

from apps.exercises.build import build_notebook, notebook_bytes, variants
from apps.exercises.curriculum import load_packages
from apps.exercises.package import ExercisePackage, find_packages, load_package
from apps.exercises.publishing import published_notebook
from apps.exercises.validation import validate_package
from apps.grading import GradeReport, grade
from apps.runner.contract import ARTEFACT_FOLDER, EXECUTED_FILE, RESULT_FOLDER, CellStatus, Outcome, RunResult
from apps.runner.execute import execute
from apps.submissions.folders import prepare
from apps.submissions.validation import read_notebook

CURRICULUM = Path(__file__).resolve().parents[2] / "notebooks"
PACKAGES = {folder.name: folder for folder in find_packages(CURRICULUM)}
# Hidden inputs are drawn from it: any other should do as well.
SEED = 20240109
# Of a point: rounding in sums of weighted points, and nothing more.
TOLERANCE = 1e-6


def variants_of(kind: str) -> list:
    """One parameter per variant of the kind; packages that do not load fail in a test of their own."""
    found = []
    for slug, folder in PACKAGES.items():
        names = [f"mutant:{path.stem}" for path in sorted(folder.glob("mutants/*.py"))] if kind == "mutant" else [kind]
        for number, name in enumerate(names):
            # `make test` takes the first mutant of each exercise, `make test-curriculum` all the others.
            marks = [pytest.mark.curriculum] if number else []
            found.append(pytest.param(slug, name, id=f"{slug}-{name}", marks=marks))
    return found


def hand_in(slug: str, variant: str, folder: Path) -> tuple[ExercisePackage, RunResult, GradeReport]:
    """Upload, check, run and grade a variant, with the functions that do it for learners."""
    package = load_package(PACKAGES[slug])
    return package, *hand_in_file(package, notebook_bytes(package, variant), folder)


def hand_in_file(package: ExercisePackage, content: bytes, folder: Path) -> tuple[RunResult, GradeReport]:
    """The same for any notebook."""
    uploaded = read_notebook(content, exercise=package.slug, limit_mb=10)
    assert uploaded.version == package.digest
    run = folder / "run"
    request = prepare(run, package=package, notebook=uploaded.content, run_id=str(uuid.uuid4()), attempt=1, seed=SEED)
    result = execute(run, request)
    report = grade(package.spec(), seed=SEED, artefacts=run / RESULT_FOLDER / ARTEFACT_FOLDER)
    return result, report


def account(result: RunResult, report: GradeReport) -> str:
    """What happened, for whoever reads a failed test."""
    checks = "\n".join(
        f"  {check.id}: {check.points:g}/{check.max_points:g} {check.message}" for check in report.checks
    )
    return f"{result.outcome}: {result.reason} {result.detail} {result.error}\n{checks}"


def test_slugs_are_unique_and_every_package_loads():
    assert {package.slug for package in load_packages(CURRICULUM)} == set(PACKAGES)


@pytest.mark.parametrize("slug", PACKAGES)
def test_package_is_sound(slug):
    validate_package(load_package(PACKAGES[slug]))


@pytest.mark.parametrize("slug", PACKAGES)
def test_package_knows_plausible_mistakes(slug):
    assert len(load_package(PACKAGES[slug]).mutants) >= 3


@pytest.mark.parametrize("slug", PACKAGES)
def test_each_check_is_caught_by_a_mutant(slug):
    package = load_package(PACKAGES[slug])
    caught = {check for mutant in package.mutants.values() for check, lost in mutant.loses.items() if lost > 0}
    assert {check.id for check in package.spec().checks} == caught


@pytest.mark.parametrize("slug", PACKAGES)
def test_starter_holds_no_line_of_a_solution(slug):
    package = load_package(PACKAGES[slug])
    starter = package.source.starter().splitlines()
    for region in package.source.regions.values():
        kept = {line.strip() for line in (*region.starter_lines, *starter) if line.strip()}
        solution = [line.strip() for line in region.solution if len(line.strip()) > 12]
        assert not [line for line in solution if line in kept], region.name


@pytest.mark.parametrize("slug", PACKAGES)
def test_grading_needs_no_learning_library(slug):
    """The control side grades every run: what takes seconds and hundreds of megabytes to import has no place there."""
    code = (
        "import sys; from pathlib import Path; from apps.exercises.package import load_package; "
        "load_package(Path(sys.argv[1])).spec().draw(0); "
        "print(sorted({'sklearn', 'torch', 'scipy', 'pandas'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", code, str(PACKAGES[slug])]
    done = subprocess.run(command, cwd=CURRICULUM.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("slug", PACKAGES)
def test_variants_are_the_same_each_time(slug):
    package, again = load_package(PACKAGES[slug]), load_package(PACKAGES[slug])
    for variant in variants(package):
        assert notebook_bytes(package, variant) == notebook_bytes(again, variant)


@pytest.mark.sandbox
@pytest.mark.parametrize(("slug", "variant"), variants_of("reference"))
def test_reference_gets_all_points(slug, variant, tmp_path):
    package, result, report = hand_in(slug, variant, tmp_path)
    assert result.outcome == Outcome.COMPLETED, account(result, report)
    # The public checks too, which may fail without ending a run.
    assert {cell.status for cell in result.cells} == {CellStatus.COMPLETED}, result.cells
    assert report.passed, account(result, report)
    assert report.score == pytest.approx(package.spec().max_score, abs=TOLERANCE)


@pytest.mark.sandbox
@pytest.mark.usefixtures("kernel")
def test_what_colab_and_kaggle_add_does_nothing_in_a_run(tmp_path):
    """The published starter with the reference's solutions: its first code cell fetches, its last one hands in."""
    package = load_package(PACKAGES["convolution-from-scratch"])
    solved = {cell.id: cell.source for cell in build_notebook(package, "reference").cells}
    notebook = published_notebook(package, "https://study.example.org")
    for cell in notebook.cells:
        cell.source = solved.get(cell.id, cell.source)
    result, report = hand_in_file(package, nbformat.writes(notebook).encode(), tmp_path)
    assert {cell.status for cell in result.cells} == {CellStatus.COMPLETED}, result.cells
    assert report.passed, account(result, report)
    executed = nbformat.read(tmp_path / "run" / RESULT_FOLDER / EXECUTED_FILE, as_version=4)
    added = [cell for cell in executed.cells if cell.cell_type == "code" and cell.id not in solved]
    assert [cell.outputs for cell in added] == [[], []]


@pytest.mark.sandbox
@pytest.mark.parametrize(("slug", "variant"), variants_of("starter"))
def test_starter_gets_what_an_empty_answer_deserves(slug, variant, tmp_path):
    package, result, report = hand_in(slug, variant, tmp_path)
    assert result.outcome in {Outcome.COMPLETED, Outcome.LEARNER_ERROR}, account(result, report)
    assert report.score == pytest.approx(package.manifest.starter_points, abs=TOLERANCE), account(result, report)


@pytest.mark.sandbox
@pytest.mark.parametrize(("slug", "variant"), variants_of("mutant"))
def test_mutant_loses_just_the_points_it_says(slug, variant, tmp_path):
    package, result, report = hand_in(slug, variant, tmp_path)
    assert result.outcome in {Outcome.COMPLETED, Outcome.LEARNER_ERROR}, account(result, report)
    lost = {check.id: check.max_points - check.points for check in report.checks}
    said = dict.fromkeys(lost, 0.0) | dict(package.mutants[variant.partition(":")[2]].loses)
    assert lost == pytest.approx(said, abs=TOLERANCE), account(result, report)
