"""A runner in production has a broker and a run store: no secret of the trusted side is in it, or in reach of a run."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import psutil
import pytest

from apps.runner import reach
from apps.submissions.constants import State
from apps.submissions.models import Run
from tests.live.conftest import PROJECT, wait_for
from tests.live.test_killed import SOLUTION, hand_in, reaches

pytestmark = [pytest.mark.live, pytest.mark.sandbox, pytest.mark.servers, pytest.mark.django_db(transaction=True)]
SECRET = f"for-the-trusted-side-{uuid.uuid4().hex}"
# Variables that any program has, and what a runner is told.
PLAIN = ("PATH", "LANG", "HOME", "TMPDIR")
LONG_CELL = "import time; time.sleep(20)"


@pytest.fixture
def runner(site, tmp_path):
    """One that knows the broker and the run store, and keeps its own files elsewhere than the site does."""
    environment = {name: os.environ[name] for name in PLAIN if name in os.environ} | {
        "STUDYHUB_BROKER_URL": site.environment["STUDYHUB_BROKER_URL"],
        "STUDYHUB_RUN_STORE": str(site.folder / "runs"),
        "STUDYHUB_VAR": str(tmp_path),
    }
    command = [sys.executable, "-m", "studyhub.roles", "run.cpu"]
    process = subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=site.log, stderr=site.log)
    site.running["runner"] = process
    return psutil.Process(process.pid)


def environment_of(process: psutil.Process) -> bytes:
    return Path(f"/proc/{process.pid}/environ").read_bytes()


def memory_holds(process: psutil.Process, text: bytes) -> bool:
    """Whether `text` is anywhere in what the process can write to: its heap, its stack, its environment."""
    with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{process.pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(number, 16) for number in span.split("-"))
            for offset in range(start, end, 1 << 24):
                memory.seek(offset)
                try:
                    if text in memory.read(min(end - offset, (1 << 24) + len(text))):
                        return True
                except OSError:  # a page that can't be read: of a device, or gone
                    break
    return False


def namespace(process: psutil.Process, kind: str) -> str:
    return os.readlink(f"/proc/{process.pid}/ns/{kind}")


@pytest.mark.skipif(os.geteuid() != 0, reason="other users' processes are looked into: needs root")
def test_nothing_of_the_trusted_side_is_in_a_runner_or_in_reach_of_a_run(site, bob, runner):
    site.environment |= {"STUDYHUB_SECRET_KEY": SECRET, "STUDYHUB_METRICS_TOKEN": SECRET}
    site.start("control", "beat")
    control = psutil.Process(site.running["control"].pid)
    run = hand_in(bob, SOLUTION, LONG_CELL)
    wait_for(lambda: Run.objects.get(pk=run.pk).progress.get("cell") == 1, "the long cell runs")

    family = [runner, *runner.children(recursive=True)]
    # The zygote, and what it forked: all that has learners' code in it or ever will.
    sealed = [process for process in family if namespace(process, "pid") != namespace(runner, "pid")]
    assert len(sealed) > 1
    for kind in ("mnt", "net", "ipc"):
        assert namespace(runner, kind) not in {namespace(process, kind) for process in sealed}

    # This test can find what it looks for.
    assert SECRET.encode() in environment_of(control)
    assert memory_holds(control, SECRET.encode())

    for process in family:
        names = {pair.partition(b"=")[0].decode() for pair in environment_of(process).split(b"\0")}
        assert reach.known(dict.fromkeys(names, "x")) == [], process
        assert not memory_holds(process, SECRET.encode()), process
    database = site.environment.get("STUDYHUB_DATABASE_URL", str(site.folder / "studyhub.sqlite3"))
    for process in sealed:
        inside = environment_of(process)
        assert b"STUDYHUB_BROKER_URL" not in inside
        assert b"STUDYHUB_RUN_STORE" not in inside
        assert database.encode() not in inside
        mounts = Path(f"/proc/{process.pid}/mountinfo").read_text()
        # Neither where the exercises' answers lie, nor the site's files, nor the store, under any name.
        for folder in (PROJECT / "notebooks", PROJECT / "apps" / "grading", site.folder, site.folder / "runs"):
            assert str(folder) not in mounts
            assert not Path(f"/proc/{process.pid}/root{folder}").exists(), folder
    reaches(run, State.DONE)
