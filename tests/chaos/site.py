"""The whole site in processes of its own: database, broker, two of each role, each runner with a place of its own."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import psutil
from kombu import Connection

from studyhub import roles
from tests import s3
from tests.chaos.places import RUNNER_MB, STORE_MB, Place
from tests.chaos.processes import PROJECT, Supervisor
from tests.servers import SERVERS, Server, free_port

LEASE_S = 10
# Everything that waits for a silence waits less than on a real site.
IMPATIENT = {
    "STUDYHUB_RUN_LEASE_S": str(LEASE_S),
    "STUDYHUB_RUN_START_LEASE_S": "8",
    "STUDYHUB_RUN_GRADING_LEASE_S": "10",
    "STUDYHUB_RECONCILE_S": "2",
}
# What is handed in for; reading all of the curriculum takes longer than many hand-ins.
CURRICULUM = ("concepts.yaml", "regression/track.yaml", "regression/linear-regression-from-scratch")
RUNNERS, CONTROLS, BEATS = 2, 2, 2
SLOTS = 2


class Site:
    """Servers, processes and folders of one site below `folder`."""

    lease_s = LEASE_S

    def __init__(self, folder: Path, broker_kind: str, store_kind: str, may_mount: bool) -> None:
        self.folder, self.may_mount = folder, may_mount
        self.notes: Counter[str] = Counter()
        self.lock = threading.Lock()
        folder.chmod(0o755)
        self.postgres, self.broker = self._server("postgres"), self._server(broker_kind)
        self.bucket = self._server("s3") if store_kind == "s3" else None
        # Where the run store is a bucket nothing may come to lie here.
        self.store = Place.make(folder / "runs", STORE_MB, may_mount)
        self.runner_places = [Place.make(folder / f"runner-{n}", RUNNER_MB, may_mount) for n in range(1, RUNNERS + 1)]
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_"))}
        # What a runner is told, and no more.
        self.runner_environment = {
            **kept,
            "STUDYHUB_DEBUG": "1",
            "STUDYHUB_LOG_LEVEL": "INFO",
            "STUDYHUB_BROKER_URL": self.broker.url,
            "STUDYHUB_RUN_STORE": f"s3://{s3.BUCKET}/runs" if self.bucket else str(self.store.path),
            **(s3.settings(self.bucket.url) if self.bucket else {}),
            "STUDYHUB_RUN_SLOTS_CPU": str(SLOTS),
        }
        self.environment = {
            **self.runner_environment,
            **IMPATIENT,
            "STUDYHUB_DATABASE_URL": self.postgres.url,
            "STUDYHUB_VAR": str(folder / "var"),
            "STUDYHUB_CURRICULUM": str(folder / "notebooks"),
            "STUDYHUB_RUN_SLOTS_CPU": str(RUNNERS * SLOTS),
            "STUDYHUB_BIND": f"127.0.0.1:{self.port}",
        }
        (folder / "var" / "static").mkdir(parents=True)
        self.log = open(folder / "site.log", "ab")  # noqa: SIM115 - closed in stop
        self.supervisor = Supervisor(self.log)

    def _server(self, kind: str) -> Server:
        place = self.folder / kind
        place.mkdir()
        return SERVERS[kind](place)

    def prepare(self) -> None:
        """Servers up, tables and curriculum there."""
        self.postgres.start()
        self.broker.start()
        if self.bucket:
            self.bucket.start()
        for name in CURRICULUM:
            source, target = PROJECT / "notebooks" / name, self.folder / "notebooks" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        for arguments in (["migrate", "--no-input"], ["sync_curriculum"]):
            command = [sys.executable, "manage.py", *arguments]
            subprocess.run(command, check=True, env=self.environment, cwd=PROJECT, stdout=self.log, stderr=self.log)

    def start(self) -> None:
        """Start all processes, and keep them up."""
        self.supervisor.add("web-1", roles.invocation("web"), self.environment)
        for number in range(1, CONTROLS + 1):
            self.supervisor.add(f"control-{number}", roles.invocation("control"), self.environment)
        for number in range(1, BEATS + 1):
            self.supervisor.add(f"beat-{number}", roles.invocation("beat"), self.environment)
        for number, place in enumerate(self.runner_places, 1):
            temporary = place.path / "tmp"
            temporary.mkdir(mode=0o755)
            own = {"STUDYHUB_VAR": str(place.path), "TMPDIR": str(temporary)}
            self.supervisor.add(f"runner-{number}", roles.invocation("run.cpu"), self.runner_environment | own)
        self.supervisor.start()

    def part(self, role: str, rng: random.Random) -> list[psutil.Process]:
        """One of the parts of a role, drawn: its process and all below it."""
        names = sorted(name for name in self.supervisor.parts if name.startswith(role))
        return self.supervisor.parts[rng.choice(names)].family()

    def broker_link(self) -> Connection:
        """A connection to the broker of the caller's own."""
        return Connection(self.broker.url, connect_timeout=2)

    def fail_storage(self) -> None:
        """From now on nothing can be written to the run store."""
        if self.bucket:
            s3.fail(self.bucket.url, {"method": "PUT", "status": 503})
        else:
            self.store.fill()

    def mend_storage(self) -> None:
        """It can again."""
        if self.bucket:
            s3.fail(self.bucket.url)
        else:
            self.store.free()

    def note(self, what: str, count: int) -> None:
        """Something to be counted in the report."""
        with self.lock:
            self.notes[what] += count

    def stop(self) -> None:
        """End the processes, then the servers; raises TimeoutError where one would not end."""
        try:
            self.supervisor.stop()
        finally:
            for server in filter(None, (self.bucket, self.broker)):
                server.end()
            self.postgres.end()
            self.log.close()

    def temporary_files(self) -> list[str]:
        """What lies where runners have their temporary files: of one that ended of itself nothing does."""
        return [str(path) for place in self.runner_places for path in (place.path / "tmp").glob("*")]

    def remove(self) -> None:
        """Called last: nothing of it stays."""
        for place in (self.store, *self.runner_places):
            place.close()
        shutil.rmtree(self.folder, ignore_errors=True)
