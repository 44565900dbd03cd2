"""Control side and runner on machines of their own: between them is a bucket, and no disk that both can see."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from apps.catalog.models import Concept, Section, Track
from apps.exercises.build import notebook_bytes
from apps.exercises.models import Exercise
from apps.exercises.package import load_package
from apps.exercises.services import sync_exercises
from apps.runner.store import RESULT
from apps.submissions import bell, services
from apps.submissions.constants import Files, State, Verdict
from apps.submissions.models import Run
from apps.submissions.rendering import executed_page
from tests import s3, stores
from tests.submissions.conftest import age, fresh

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "notebooks" / "regression" / "pandas-wrangling"  # quick, and with a public file
WORK = "import sys; from apps.runner import worker; worker.execute_run(sys.argv[1], int(sys.argv[2]))"

pytestmark = pytest.mark.django_db


@pytest.fixture
def exercise(settings, bucket) -> Exercise:
    settings.RUN_STORE = bucket
    package = load_package(PACKAGE)
    track = Track.objects.create(slug=package.track, title="T", summary="S", accent="teal", position=1)
    Section.objects.create(track=track, slug=package.manifest.section, title="S", position=1)
    for slug in package.manifest.concepts:
        Concept.objects.create(slug=slug, title=slug)
    sync_exercises(packages=[package])
    return Exercise.objects.get()


@pytest.fixture
def run(exercise, bob, monkeypatch) -> Run:
    """Bob's hand-in of the solution, prepared for a runner."""
    monkeypatch.setattr(bell, "send", lambda *words, **options: True)
    data = notebook_bytes(exercise.current_version.package(), "reference")
    run = services.submit(user=bob, exercise=exercise, filename="mine.ipynb", data=data).run
    assert services.release_runs() == 1
    return fresh(run)


@pytest.fixture
def runner(tmp_path, bucket, s3_server):
    """Lets a runner work on a run. It knows the run store and nothing else, and may neither list nor delete there."""
    var = tmp_path / "runner"
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= s3.settings(s3_server) | {"STUDYHUB_VAR": str(var), "STUDYHUB_WARM": "0"}
    environment["STUDYHUB_RUN_STORE"] = f"s3://{bucket.bucket}/{bucket.prefix}"
    denied = {"status": 403, "code": "AccessDenied"}

    def work(run: Run) -> None:
        listing, absent = "^/studyhub/?$", "/cancel$"  # who may not list is not told that something is absent
        rights = [("GET", listing), ("POST", ""), ("DELETE", ""), ("HEAD", absent), ("PUT", "^(?!.*/(claim|result/))")]
        s3.fail(s3_server, *({"method": method, "key": key, **denied} for method, key in rights))
        command = [sys.executable, "-c", WORK, str(run.pk), str(run.attempt)]
        done = subprocess.run(command, env=environment, cwd=PROJECT, timeout=120, capture_output=True, text=True)
        s3.fail(s3_server)
        assert done.returncode == 0, done.stderr
        left = [path for folder in (var / "work").iterdir() for path in folder.iterdir()]
        assert left == []

    return work


@pytest.mark.sandbox
def test_a_hand_in_gets_its_score(run, runner, settings, tmp_path):
    runner(run)
    assert services.accept_result(run_id=str(run.pk), attempt=1)
    assert services.grade_run(run_id=str(run.pk), attempt=1)
    run = fresh(run)
    assert (run.state, run.verdict, run.faults) == (State.DONE, Verdict.PASSED, 0)
    assert run.score == run.max_score
    # Any web host shows the executed notebook.
    settings.VAR_DIR = tmp_path / "another-host"
    assert "<div" in executed_page(run, theme="light", pictures="/")
    # And the control side clears the bucket in time.
    run = age(run, finished_at=(settings.RUN_KEEP_DAYS + 1) * 24 * 3600)
    services.reconcile()
    assert fresh(run).files == Files.NOTEBOOK
    assert stores.names(run.stored) == ["result/executed.ipynb"]


@pytest.mark.sandbox
def test_a_message_that_comes_twice_is_worked_on_once(run, runner):
    runner(run)
    first = stores.read(run.stored, RESULT)
    runner(run)
    assert stores.read(run.stored, RESULT) == first


def test_nothing_of_a_run_lies_on_the_control_side(run, tmp_path):
    assert "request.json" in stores.names(run.stored)
    assert not list(tmp_path.rglob("request.json"))


def test_a_store_that_can_not_be_written_lets_runs_wait_at_no_cost(exercise, bob, s3_server, monkeypatch):
    monkeypatch.setattr(bell, "send", lambda *words, **options: pytest.fail("a runner was told"))
    data = notebook_bytes(exercise.current_version.package(), "reference")
    s3.fail(s3_server, {"key": "/request.json$"})
    run = services.submit(user=bob, exercise=exercise, filename="mine.ipynb", data=data).run
    assert services.release_runs() == 0
    assert (fresh(run).released_at, fresh(run).faults, fresh(run).attempt) == (None, 0, 1)
    monkeypatch.setattr(bell, "send", lambda *words, **options: True)
    s3.fail(s3_server)
    assert services.release_runs() == 1


def test_a_store_that_can_not_be_read_costs_a_run_in_grading_nothing(run, s3_server, monkeypatch):
    Run.objects.filter(pk=run.pk).update(state=State.GRADING, started_at=run.released_at, grading_at=run.released_at)
    age(run, grading_at=600)
    s3.fail(s3_server, {"method": "GET", "key": ""}, {"method": "HEAD", "key": ""})
    for _ in range(4):
        assert services.reconcile()["grading restarted"] == 0
    assert (fresh(run).state, fresh(run).faults) == (State.GRADING, 0)
    s3.fail(s3_server)
    assert services.reconcile()["grading restarted"] == 1


def test_what_a_hostile_runner_left_is_our_fault_and_goes_no_further(run, committed):
    stores.write(run.stored, RESULT, b"{" * 100)
    with committed():
        assert services.accept_result(run_id=str(run.pk), attempt=1)
    run = fresh(run)
    assert (run.state, run.attempt, run.faults) == (State.QUEUED, 2, 1)
    assert run.stored_at(1).has("cancel")
