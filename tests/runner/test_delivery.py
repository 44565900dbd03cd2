"""A result's way to a run store that fails for a while, for good, or for one file."""

import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from apps.runner import bucket as buckets
from apps.runner import delivery, store, work
from apps.runner.contract import Outcome, RunResult
from apps.runner.store import RESULT, open_store
from tests import s3, stores

RUN = str(uuid.uuid4())
DONE = RunResult(run_id=RUN, attempt=1, outcome=Outcome.COMPLETED)


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch, tmp_path):
    """Whoever tries again does so at once, and the runner's folder is this test's own."""
    monkeypatch.setattr(store, "PAUSES_S", (0.01,))
    monkeypatch.setattr(buckets, "SILENT_S", 0.0)
    monkeypatch.setattr(delivery, "BEAT_S", 0.01)
    monkeypatch.setenv("STUDYHUB_VAR", str(tmp_path / "runner"))
    monkeypatch.setattr(work, "_own", {})


@pytest.fixture
def attempt(bucket):
    attempt = open_store(bucket).attempt(RUN, 1)
    with attempt.filling() as folder:
        (folder / "request.json").write_text("{}")
    return attempt


def finish(folder: Path) -> None:
    (folder / "result" / "artefacts").mkdir(parents=True)
    (folder / "result" / "artefacts" / "a.json").write_text("1")
    (folder / RESULT).write_text(DONE.to_json())


def deliver(attempt, folder: Path, beat=lambda: None) -> bool:
    return delivery.deliver(attempt, folder, DONE, beat=beat)


def result_of(attempt) -> RunResult:
    return RunResult.from_json(stores.read(attempt, RESULT))


def test_a_store_that_comes_back_gets_the_result(attempt, s3_server):
    beats = []

    def beat() -> None:
        beats.append(1)
        if len(beats) == 3:
            s3.fail(s3_server)

    with attempt.taken() as folder:
        finish(folder)
        s3.fail(s3_server, {"key": "/result.json$"})
        assert deliver(attempt, folder, beat)
    # While the runner tried, the control side heard that the run lives.
    assert len(beats) >= 3
    assert result_of(attempt) == DONE
    assert not folder.exists()


def test_what_the_store_refuses_is_owned_up_to(attempt, s3_server):
    with attempt.taken() as folder:
        finish(folder)
        s3.fail(s3_server, {"key": "/a.json$", "status": 400, "code": "EntityTooLarge"})
        assert deliver(attempt, folder)
    found = result_of(attempt)
    assert found.outcome == Outcome.PLATFORM_ERROR
    assert "our fault" in found.reason
    assert "EntityTooLarge" in found.detail


def test_where_nothing_can_be_written_it_is_not_said_that_it_was(attempt, s3_server):
    with attempt.taken() as folder:
        finish(folder)
        s3.fail(s3_server, {"status": 403, "code": "AccessDenied"})
        assert not deliver(attempt, folder)
    assert not attempt.has(RESULT)


LEAVE = """
import sys
from pathlib import Path
from apps.runner import delivery, store
from apps.runner.contract import Outcome, RunResult
from studyhub import storages

store.PAUSES_S, delivery.DELIVER_S = (0.01,), 0.1
run_id, outcome = sys.argv[1], RunResult(run_id=sys.argv[1], attempt=1, outcome=Outcome.COMPLETED)
attempt = store.open_store(storages.run_store()).attempt(run_id, 1)
with attempt.taken() as folder:
    (folder / "result").mkdir()
    (folder / store.RESULT).write_text(outcome.to_json())
    sys.exit(delivery.deliver(attempt, folder, outcome, beat=lambda: None))
"""


@pytest.fixture
def left(attempt, s3_server, monkeypatch):
    """The result of a runner that could not bring it and has ended since."""
    place = attempt.bucket.place
    monkeypatch.setenv("STUDYHUB_RUN_STORE", f"s3://{place.bucket}/{place.prefix}")
    s3.fail(s3_server, {"key": "/result.json$"})
    assert subprocess.run([sys.executable, "-c", LEAVE, RUN], timeout=60).returncode == 0
    folders = list(work.left_behind())
    assert [folder.name for folder in folders] == [f"{RUN}.1"]
    return folders[0]


def test_the_next_start_brings_what_was_left(left, attempt, s3_server):
    s3.fail(s3_server)
    told = []
    delivery.deliver_left(open_store(attempt.bucket.place), lambda *words: told.append(words))
    assert told == [(RUN, 1)]
    assert result_of(attempt) == DONE
    assert not left.exists()


def test_what_can_not_be_brought_then_either_waits_on(left, attempt):
    told = []
    delivery.deliver_left(open_store(attempt.bucket.place), lambda *words: told.append(words))
    assert told == []
    assert json.loads((left / RESULT).read_text())["run_id"] == RUN


def test_what_is_refused_then_goes(left, attempt, s3_server):
    s3.fail(s3_server, {"status": 403, "code": "AccessDenied"})
    delivery.deliver_left(open_store(attempt.bucket.place), lambda *words: pytest.fail("it was said to be there"))
    assert not left.exists()


def test_a_run_that_broke_off_leaves_nothing_to_bring(tmp_path, bucket):
    (tmp_path / "runner" / "work" / "of-a-killed-process" / f"{RUN}.1" / "data").mkdir(parents=True)
    delivery.deliver_left(open_store(bucket), lambda *words: pytest.fail("there is no result"))
    assert list((tmp_path / "runner" / "work").iterdir()) == []
