"""Temporary files of a worker that was killed go when another one starts, or when its process is replaced."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from apps.runner import scratch
from apps.runner import zygote_nursery as nursery

# Says where its run's folder is, then does nothing any more.
PROGRAM = """
import sys, tempfile
from apps.runner import scratch
scratch.settle()
with scratch.run_folder() as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """The machine's folder for temporary files, as far as this test is concerned."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def worker(temporary):
    """Start a process that settles and is in the middle of a run; returns it, and its run's folder."""
    started = []

    def start() -> tuple[subprocess.Popen, Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process, Path(process.stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_what_a_killed_worker_left_goes_when_another_starts(worker, temporary):
    killed, folder = worker()
    killed.kill()
    killed.wait()
    assert folder.is_dir()
    _, other = worker()
    assert not folder.exists()
    assert [path.name for path in temporary.iterdir()] == [other.parent.name]


def test_what_a_living_worker_has_stays(worker):
    _, folder = worker()
    worker()
    assert folder.is_dir()


def test_a_worker_that_ends_of_itself_leaves_nothing(worker, temporary):
    process, _ = worker()
    process.communicate("")
    assert list(temporary.iterdir()) == []


def test_a_run_whose_process_is_gone_is_cleared_by_the_next_process(temporary):
    gone = subprocess.Popen(["true"])
    gone.wait()
    left, living = (temporary / f"studyhub-run-{pid}-x" for pid in (gone.pid, os.getpid()))
    left.mkdir()
    living.mkdir()
    scratch.clear_runs()
    assert list(temporary.iterdir()) == [living]


def test_a_killed_run_is_reached_by_nobody_but_the_sweep(worker, temporary):
    process, folder = worker()
    process.send_signal(signal.SIGKILL)
    process.wait()
    scratch.clear_runs()
    assert folder.is_dir()  # another worker's folders are not looked into


def test_what_a_killed_process_said_of_its_zygotes_is_removed(tmp_path, monkeypatch):
    gone = subprocess.Popen(["true"])
    gone.wait()
    monkeypatch.setenv("STUDYHUB_VAR", str(tmp_path))
    nursery.status_folder().mkdir()
    said, begun = (nursery.status_folder() / name for name in (f"{gone.pid}.json", f".{gone.pid}"))
    for path in (said, begun):
        path.write_text("{")
    assert nursery.read_status() == []
    assert list(nursery.status_folder().iterdir()) == []
