"""A whole site in processes of its own, on a free port, over a throw-away folder; tests kill what they like of it."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from amqp.exceptions import ChannelError
from django.core.management import call_command
from django.db import connection

from studyhub import broker, roles
from studyhub.celery import app
from studyhub.management.commands.serve import PROCESSES, answers
from tests.servers import LOOPBACK, free_port
from tests.settings import folder as site_folder

PROJECT = Path(__file__).resolve().parents[2]
# Everything that waits for a silence waits less than on a real site.
IMPATIENT = {
    "STUDYHUB_RUN_LEASE_S": "5",
    "STUDYHUB_RUN_START_LEASE_S": "4",
    "STUDYHUB_RUN_GRADING_LEASE_S": "5",
    "STUDYHUB_RECONCILE_S": "1",
    "STUDYHUB_CHECK_LEASE_S": "2",
}


def wait_for(condition: Callable[[], object], what: str, seconds: float = 120.0):
    """Return the first true value of `condition`; fails the test when there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if value := condition():
            return value
        time.sleep(0.05)
    pytest.fail(f"Not within {seconds:g} s: {what}")


def servers() -> dict[str, str]:
    """Where the site finds the test's own database and broker, if those are not files in its folder."""
    found = {name: os.environ[name] for name in ("STUDYHUB_BROKER_URL",) if name in os.environ}
    if address := os.environ.get("STUDYHUB_DATABASE_URL"):
        tests_own = connection.settings_dict["NAME"]
        found["STUDYHUB_DATABASE_URL"] = urlsplit(address)._replace(path=f"/{tests_own}").geturl()
    return found


class Site:
    """The processes of one site."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port(LOOPBACK)
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_"))},
            **IMPATIENT,
            "STUDYHUB_DEBUG": "1",
            "STUDYHUB_VAR": str(folder),
            "STUDYHUB_BIND": f"127.0.0.1:{self.port}",
            **servers(),
        }
        self.running: dict[str, subprocess.Popen] = {}
        self.log = open(folder / "site.log", "ab")  # noqa: SIM115 - closed in stop

    def start(self, *names: str) -> None:
        for name in names:
            role = PROCESSES[name.split("-")[0]]
            self.running[name] = subprocess.Popen(
                roles.invocation(role),
                env=self.environment,
                cwd=PROJECT,
                stdout=self.log,
                stderr=self.log,
                start_new_session=True,
            )
        if "web" in names:
            wait_for(lambda: answers(self.address + "/healthz"), "the site answers")

    def signal(self, name: str, signum: int) -> None:
        """To the process and all that it started."""
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.running[name].pid)
            for process in [first, *first.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signum)

    def kill(self, *names: str) -> None:
        """Kill the processes alone: what they started has to end by itself."""
        killed = [self.running.pop(name) for name in names]
        below = [child for process in killed for child in psutil.Process(process.pid).children(recursive=True)]
        for process in killed:
            process.kill()
            process.wait()
        _, alive = psutil.wait_procs(below, timeout=10)
        assert [left for left in alive if left.status() != psutil.STATUS_ZOMBIE] == []

    def stop(self) -> None:
        for name in self.running:
            self.signal(name, signal.SIGCONT)
        self.kill(*self.running)
        self.log.close()

    def manage(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, env=self.environment, cwd=PROJECT, capture_output=True, text=True, **options)

    def waiting(self, *queues: str) -> int:
        """How many messages the broker holds for `queues`."""
        return sum(_messages(queue) for queue in queues)

    def empty(self, queue: str) -> int:
        """Lose what the broker holds for `queue`; returns how many messages that were."""
        with app.connection_for_write() as link, link.channel() as channel:
            return channel.queue_purge(queue)


def _messages(queue: str) -> int:
    try:
        with app.connection_for_write() as link, link.channel() as channel:
            return channel.queue_declare(queue, passive=True).message_count
    except ChannelError:
        return 0  # Redis knows no empty queue


# What a hand-in and a formula need; reading all of the curriculum takes longer than most of these tests.
FEW = (
    "concepts.yaml",
    "regression/track.yaml",
    "regression/linear-regression-from-scratch",
    "neural-nets/track.yaml",
    "neural-nets/pytorch-in-15-minutes",
    "neural-nets/quizzes/convolutions.yaml",
    "neural-nets/quizzes/step-edge.svg",
)


@pytest.fixture(scope="session")
def few(tmp_path_factory) -> Path:
    """A curriculum with two exercises and one quiz."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name in FEW:
        source, target = PROJECT / "notebooks" / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    return folder


@pytest.fixture
def site(empty_site, settings, few):
    """A site with a little of the curriculum."""
    settings.CURRICULUM_DIR = few
    empty_site.environment["STUDYHUB_CURRICULUM"] = str(few)
    call_command("sync_curriculum", verbosity=0)
    return empty_site


@pytest.fixture
def empty_site(transactional_db, settings):
    """A site without its processes: start what the test needs. Its database is the test's own."""
    folder = Path(site_folder)
    settings.VAR_DIR = folder
    settings.RUN_STORE = folder / "runs"
    settings.CURRICULUM_STORE = folder / "curriculum"
    for name in ("broker", "runs", "curriculum"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "broker" / "messages").mkdir(parents=True)
    (folder / "broker" / "control").mkdir(parents=True)
    name = str(connection.settings_dict["NAME"])
    assert name.startswith("test_") or Path(name).is_relative_to(folder)
    with app.connection_for_write() as link, link.channel() as channel:
        for queue in (broker.CONTROL_QUEUE, broker.CPU_QUEUE):
            channel.queue_declare(queue, durable=True, auto_delete=False)
            channel.queue_purge(queue)
    site = Site(folder)
    yield site
    site.stop()
    if os.environ.get("CI") == "true":
        print((folder / "site.log").read_text()[-5000:])  # noqa: T201 - shown for a failed test only
    (folder / "site.log").unlink()


def notebook(*sources: str) -> bytes:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


def fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as response:
        return response.read().decode()
