"""PostgreSQL and a broker that can be ended without a word and come back, on the same port with what they kept."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
from kombu import Connection
from kombu.exceptions import KombuError

from tests.servers import RABBITMQ, free_port, programs

START_S = 60.0


class Postgres:
    """A server of its own below `folder`. Raises FileNotFoundError where PostgreSQL is not installed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"postgresql://studyhub@127.0.0.1:{self.port}/postgres"
        # The server refuses to run as root.
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        folder.mkdir()
        if as_user:
            shutil.chown(folder, "postgres", "postgres")
        self.program = [
            *as_user,
            str(programs() / "pg_ctl"),
            "-D",
            str(folder / "data"),
            "-w",
            "-l",
            str(folder / "log"),
        ]
        initdb = [*as_user, str(programs() / "initdb"), "-D", str(folder / "data"), "-U", "studyhub", "-A", "trust"]
        self._run(initdb)

    def start(self) -> None:
        """Returns once it answers."""
        # The machine stays up, so what was written to a file is safe; what was not is what a crash may lose.
        options = f"-p {self.port} -k {self.folder} -h 127.0.0.1 -c fsync=off -c max_connections=200"
        self._run([*self.program, "-o", options, "start"])

    def crash(self) -> None:
        """Every session is cut off; the next start has to recover."""
        self._run([*self.program, "-m", "immediate", "stop"])

    def stop(self) -> None:
        """For good."""
        with suppress(subprocess.CalledProcessError):
            self.crash()

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Broker:
    """Redis in memory, which forgets all when it is killed, or RabbitMQ, which keeps what is durable."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.port = kind, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        self.environment = dict(os.environ)
        if kind == "redis":
            self.url = f"redis://127.0.0.1:{self.port}/0"
            self.command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
            return
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.command = [str(RABBITMQ)]
        mapper = str(free_port())
        # RabbitMQ would start one that outlives it.
        self.mapper = subprocess.Popen(["epmd", "-port", mapper, "-address", "127.0.0.1"], start_new_session=True)
        self.environment |= {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"studyhub-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "ERL_EPMD_PORT": mapper,
            "RABBITMQ_MNESIA_BASE": str(folder),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        }

    def start(self) -> None:
        """Returns once it answers."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + START_S
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{self.command[0]} did not start.")
            time.sleep(0.1)

    def crash(self) -> None:
        """It and all that it started, at once."""
        assert self.process is not None
        family = [self.process, *psutil.Process(self.process.pid).children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """For good."""
        with suppress(psutil.NoSuchProcess):
            self.crash()
        if self.kind == "rabbitmq":
            self.mapper.kill()
            self.mapper.wait()

    def answers(self) -> bool:
        """Whether it takes messages."""
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
                connection.default_channel.queue_declare("ready", auto_delete=True)
        except (OSError, KombuError):
            return False
        return True
