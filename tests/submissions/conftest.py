"""An exercise without a package on disk, a broker that keeps its messages, and a runner that only writes results."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from apps.catalog.models import Section, Track
from apps.exercises.models import Exercise, ExerciseVersion
from apps.grading import CheckOutcome, GradeReport, Lesson
from apps.grading.inputs import Inputs
from apps.grading.report import Difference, Kinds
from apps.runner.contract import CellReport, CellStatus, Limits, Outcome, Progress, RunResult
from apps.submissions import bell, grading, services
from apps.submissions.models import Run, Submission
from studyhub import broker
from tests.stores import write

SLUG = "doubling"
DIGEST = "d" * 64
SOURCES = ("import numpy as np", "def double(x):\n    return 2 * x", "double(21)")


def notebook_bytes(*sources: str, **metadata: object) -> bytes:
    cells = [nbformat.v4.new_code_cell(source) for source in sources or SOURCES]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata)).encode()


class Package:
    """As much of an exercise package as a hand-in touches."""

    slug, digest = SLUG, DIGEST
    source = SimpleNamespace(starter=lambda: "# %%\nimport numpy as np\n# %%\ndef double(x):\n    ...")

    def __init__(self) -> None:
        self.manifest = SimpleNamespace(profile="numpy", accelerator="cpu", limits=Limits(), forbid=["sklearn"])
        self.broken: Exception | None = None

    def spec(self):
        if self.broken:
            raise self.broken
        return SimpleNamespace(
            draw=lambda seed: Inputs(values={"x": 21}, hidden={"y": 42}),
            probes=(),
            checks=(),
            max_score=4.0,
            seed_of_tests=True,
        )

    def data_files(self) -> dict[str, Path]:
        return {}


def graded(spec, *, seed: int, artefacts: Path) -> GradeReport:
    """Stands for the grader: the artefact holds the points of two checks, of 3 and 1."""
    path = artefacts / "points.json"
    points = json.loads(path.read_text()) if path.is_file() else [0, 0]
    checks = tuple(
        CheckOutcome(
            id=name,
            title=name.title(),
            points=earned,
            max_points=most,
            passed=earned == most,
            message="As the reference." if earned == most else "It gives *another* number.",
            hint="" if earned == most else "Multiply by two.",
            compared={"columns": ["x", "yours", "reference"], "rows": [[21, 43, 42]]},
            plot_svg='<svg viewBox="0 0 1 1"></svg>' if name == "double" else "",
            plot_alt="Yours beside the reference" if name == "double" else "",
        )
        for name, earned, most in zip(("double", "total"), points, (3.0, 1.0), strict=True)
    )
    return GradeReport(score=float(sum(points)), max_score=4.0, checks=checks)


LESSON = Lesson(
    kinds=(
        Kinds((Difference("Shape", "(3,)", "(3, 1) <b>", False), Difference("Kind", "numbers", "a list", True)), "w"),
    ),
    concept="doubling",
    columns=("Step", "Yours"),
    rows=((0, 1.5), (1, "NaN")),
)


@pytest.fixture
def lesson(monkeypatch):
    """What each check of a hand-in teaches from now on."""

    def teach(lesson: Lesson) -> None:
        def told(*arguments, **keywords):
            report = graded(*arguments, **keywords)
            return replace(report, checks=tuple(replace(check, lesson=lesson) for check in report.checks))

        monkeypatch.setattr(grading, "grade", told)

    return teach


@pytest.fixture
def package(monkeypatch) -> Package:
    package = Package()
    monkeypatch.setattr(ExerciseVersion, "package", lambda version: package)
    monkeypatch.setattr(grading, "grade", graded)
    return package


@pytest.fixture
def exercise(db, package) -> Exercise:
    track = Track.objects.create(slug="numbers", title="Numbers", summary="Counting.", accent="teal", position=1)
    section = Section.objects.create(track=track, slug="first", title="First", position=1)
    exercise = Exercise.objects.create(
        slug=SLUG, section=section, title="Doubling numbers", summary="Twice.", level="beginner", minutes=10
    )
    manifest = {"limits": {"wall_s": 30.0}, "attempts": None, "accelerator": "cpu"}
    exercise.current_version = ExerciseVersion.objects.create(
        exercise=exercise, digest=DIGEST, manifest=manifest, max_score=4.0
    )
    exercise.save()
    return exercise


def with_manifest(exercise: Exercise, **changes: object) -> Exercise:
    version = exercise.current_version
    version.manifest = {**version.manifest, **changes}
    version.save()
    return exercise


class Desk:
    """The control side at work: messages are kept until `work` sees to them, and any of them can be lost."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.messages: list[tuple[str, tuple, str]] = []
        self.broker_up = True

    def send(self, name: str, *arguments: object, queue: str = broker.CONTROL_QUEUE, in_s: float = 0.0) -> bool:
        if self.broker_up:
            self.messages.append((name, arguments, queue))
        return self.broker_up

    def hand_in(self, user, *sources: str) -> Run:
        submission = services.submit(
            user=user, exercise=self.exercise, filename="mine.ipynb", data=notebook_bytes(*sources)
        )
        return submission.run

    def released(self, user) -> Run:
        """A run that has been handed to the broker, and is not taken up."""
        run = self.hand_in(user)
        services.release_runs()
        return fresh(run)

    def running(self, user, cell: int | None = 1) -> Run:
        run = self.released(user)
        assert say(run, cell=cell)
        return fresh(run)

    def grading(self, user, points=(3, 1), **changes: object) -> Run:
        run = self.running(user)
        finish(run, points=points, **changes)
        assert services.accept_result(run_id=str(run.pk), attempt=run.attempt)
        return fresh(run)

    def done(self, user, points=(3, 1), **changes: object) -> Run:
        run = self.grading(user, points, **changes)
        assert services.grade_run(run_id=str(run.pk), attempt=run.attempt)
        return fresh(run)


def fresh(run: Run) -> Run:
    return Run.objects.select_related("submission").get(pk=run.pk)


def say(
    run: Run, *, attempt: int | None = None, cell: int | None = 1, elapsed_s: float = 1.0, phase: str = "cells"
) -> bool:
    """A message of progress, as it arrives after its way through the broker."""
    cells = tuple(CellReport(index=n) for n in range(len(SOURCES)))
    progress = Progress(
        run_id=str(run.pk), attempt=attempt or run.attempt, phase=phase, cell=cell, cells=cells, elapsed_s=elapsed_s
    )
    return services.record_progress(progress=json.loads(json.dumps(asdict(progress))))


def finish(run: Run, *, attempt: int | None = None, points=(3, 1), **changes: object) -> None:
    """What a runner leaves in the store."""
    attempt = attempt or run.attempt
    result = RunResult(
        run_id=str(run.pk),
        attempt=attempt,
        outcome=Outcome.COMPLETED,
        cells=[CellReport(index=n, status=CellStatus.COMPLETED, seconds=0.1) for n in range(len(SOURCES))],
        environment={"python": "3.11", "numpy": "2.4.6"},
    )
    stored = run.stored_at(attempt)
    write(stored, "result/artefacts/points.json", json.dumps(points))
    write(stored, "result/executed.ipynb", notebook_bytes())
    write(stored, "result/result.json", replace(result, **changes).to_json())


def age(run: Run, **seconds: float) -> Run:
    """Set time stamps of the row that many seconds back."""
    row = fresh(run)
    Run.objects.filter(pk=run.pk).update(
        **{name: getattr(row, name) - timedelta(seconds=back) for name, back in seconds.items()}
    )
    return fresh(run)


@pytest.fixture
def desk(exercise, monkeypatch) -> Desk:
    desk = Desk(exercise)
    monkeypatch.setattr(bell, "send", desk.send)
    return desk


@pytest.fixture
def committed(django_capture_on_commit_callbacks) -> Callable:
    """`with committed():` what waits for the commit is done at the end of the block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def reconcile(db) -> Callable:
    """A pass of a reconciler that has been there all the time."""
    services.reconcile()
    return services.reconcile


def best_of(user) -> list[float]:
    return [one.score for one in Submission.objects.best_list(user)]


@pytest.fixture
def office(desk, alice, package, monkeypatch):
    """Alice's regrades; what is handed in before `office.release()` is by the first version."""
    from tests.submissions import regrade_desk

    kinder = regrade_desk.Kinder()
    packages = {DIGEST: package, "e" * 64: kinder}
    monkeypatch.setattr(ExerciseVersion, "package", lambda version: packages[version.digest])
    monkeypatch.setattr(grading, "grade", regrade_desk.graded)
    first = desk.exercise.current_version
    version = regrade_desk.second_version(desk.exercise)
    desk.exercise.current_version = first  # what the tests hand in is still by the first one
    return regrade_desk.Office(desk, alice, kinder, version)
