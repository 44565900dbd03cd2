"""`python -m tests.servers postgres redis -- COMMAND`: runs a command beside throw-away servers, on free ports.

Servers come from Debian's packages; their data lies in temporary folders and goes with them. What they are called is
handed on in the environment, where the tests' settings read it. Each lives below a folder which says all about it, so
that any process may end it and start it again: `reopened`.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import ClassVar

import psutil
import psycopg
from kombu import Connection
from kombu.exceptions import KombuError

DEBIAN = Path("/usr/lib/postgresql")
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
START_S = 180.0
LOOPBACK = "127.0.0.1"
# Where they listen: on a network of hosts (tests/hosts.py) others have to reach them.
HOST = os.environ.get("TEST_SERVERS_HOST", LOOPBACK)
PROJECT = Path(__file__).resolve().parents[1]
# More than `make test` starts.
WORKERS = 8


def free_port(host: str = HOST) -> int:
    """Below those that the system gives to whoever connects: a server that starts again finds its own still free.

    Nor does one that is about to start lose it to a server of another worker of pytest: each has numbers of its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    while True:
        port = 20_000 + worker + WORKERS * random.randrange(10_000 // WORKERS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((host, port))
            return port


def programs() -> Path:
    """Where PostgreSQL's programs are: the newest of Debian's. Raises FileNotFoundError with what to do."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    raise FileNotFoundError("PostgreSQL is needed: apt install postgresql")


class Server:
    """One server, on the same port for as long as its folder is there."""

    kind: ClassVar[str]
    variable: ClassVar[str]
    """What the tests' settings call its address; its folder is in `<variable>_FOLDER`."""

    def __init__(self, folder: Path, host: str = HOST) -> None:
        self.folder, self.host = folder, host
        known = folder / "port"
        if not known.exists():
            known.write_text(str(free_port()))
        self.port = int(known.read_text())

    @property
    def url(self) -> str:
        """Where it is."""
        raise NotImplementedError

    def start(self) -> None:
        """Returns once it answers. Raises RuntimeError where it doesn't."""
        raise NotImplementedError

    def crash(self) -> None:
        """End it without a word; what it kept on disk stays."""
        raise NotImplementedError

    def end(self) -> None:
        """For good."""
        self.crash()


class Postgres(Server):
    """A server that trusts whoever comes."""

    kind, variable = "postgres", "TEST_DATABASE_URL"

    def __init__(self, folder: Path, host: str = HOST) -> None:
        super().__init__(folder, host)
        self.data = folder / "data"
        # The server refuses to run as root.
        self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if not os.geteuid() else []
        if not self.data.exists():
            if self.as_user:
                shutil.chown(folder, "postgres", "postgres")
            self._run("initdb", "-D", self.data, "-U", "studyhub", "-A", "trust")
            (self.data / "pg_hba.conf").write_text("local all all trust\nhost all all all trust\n")

    @property
    def url(self) -> str:
        return f"postgresql://studyhub@{self.host}:{self.port}/postgres"

    def start(self) -> None:
        # The machine stays up, so what was written to a file is safe: only what was not may be lost in a crash.
        options = f"-p {self.port} -k {self.folder} -h {self.host} -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start")

    def crash(self) -> None:
        """Every session is cut off; the next start has to recover."""
        self._run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def end(self) -> None:
        with suppress(subprocess.CalledProcessError):  # it is down
            self.crash()

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*self.as_user, programs() / program, *arguments]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL)


class Broker(Server):
    """A program that stays in the foreground and takes messages."""

    variable = "TEST_BROKER_URL"

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def start(self) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        server = subprocess.Popen(self.command(), env=self.environment(), cwd=self.folder, **quiet)
        (self.folder / "pid").write_text(str(server.pid))
        until = time.monotonic() + START_S
        while not self.answers():
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{self.command()[0]} did not start.")
            time.sleep(0.1)

    def crash(self) -> None:
        """It and all that it started, at once."""
        _kill(self.folder / "pid")

    def answers(self) -> bool:
        with Connection(self.url, connect_timeout=2) as connection:
            try:
                connection.connect()
                connection.default_channel.queue_declare("ready", auto_delete=True)
            except (OSError, KombuError, *connection.connection_errors):
                return False
        return True


class Redis(Broker):
    """A Redis that keeps everything in memory, and so loses it in a crash."""

    kind = "redis"

    @property
    def url(self) -> str:
        return f"redis://{self.host}:{self.port}/0"

    def command(self) -> list[str]:
        program = shutil.which("redis-server")
        if program is None:
            raise FileNotFoundError("Redis is needed: apt install redis-server")
        options = {"port": str(self.port), "bind": self.host, "save": "", "appendonly": "no", "protected-mode": "no"}
        return [program, *(word for name, value in options.items() for word in (f"--{name}", value))]


class RabbitMQ(Broker):
    """A RabbitMQ of its own, with an Erlang port mapper of its own; what is durable outlives a crash."""

    kind = "rabbitmq"

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{self.host}:{self.port}//"

    def command(self) -> list[str]:
        if not RABBITMQ.exists():
            raise FileNotFoundError("RabbitMQ is needed: apt install rabbitmq-server")
        return [str(RABBITMQ)]

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"studyhub-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": self.host,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": self._port_for("distribution"),
            "ERL_EPMD_PORT": self._port_for("mapper"),
            "RABBITMQ_MNESIA_BASE": str(self.folder),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
        }

    def start(self) -> None:
        if not (self.folder / "mapper.pid").exists():
            # RabbitMQ would start one that outlives it.
            command = ["epmd", "-port", self._port_for("mapper"), "-address", LOOPBACK]
            mapper = subprocess.Popen(command, start_new_session=True)
            (self.folder / "mapper.pid").write_text(str(mapper.pid))
        super().start()

    def end(self) -> None:
        super().end()
        _kill(self.folder / "mapper.pid")

    def _port_for(self, what: str) -> str:
        known = self.folder / what
        if not known.exists():
            known.write_text(str(free_port()))
        return known.read_text()


class S3(Broker):
    """An S3-compatible server (tests/s3.py) with one bucket, which it loses in a crash."""

    kind, variable = "s3", "TEST_S3_ENDPOINT"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.s3", self.host, str(self.port)]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(PROJECT)}

    def answers(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), timeout=2):
                return True
        except OSError:
            return False


def _kill(pid_file: Path) -> None:
    """The process that the file names, and whatever it started; returns once they are gone."""
    with suppress(FileNotFoundError, psutil.NoSuchProcess):
        first = psutil.Process(int(pid_file.read_text()))
        family = [first, *first.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs([process for process in family if process.status() != psutil.STATUS_ZOMBIE], timeout=10)


SERVERS: dict[str, type[Server]] = {server.kind: server for server in (Postgres, Redis, RabbitMQ, S3)}


def reopened(variable: str) -> Server:
    """The server whose address is in the environment variable `variable`. Raises KeyError where there is none."""
    folder = Path(os.environ[f"{variable}_FOLDER"])
    return SERVERS[(folder / "kind").read_text()](folder)


@contextmanager
def running(kind: str) -> Iterator[Server]:
    """A server of this kind that answers; at its end it and its data are gone.

    Raises FileNotFoundError where it is not installed, with what to do.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"studyhub-{kind}-"))
    try:
        (folder / "kind").write_text(kind)
        server = SERVERS[kind](folder)
        try:
            server.start()
            yield server
        finally:
            server.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _address(kind: str) -> Iterator[str]:
    with running(kind) as server:
        yield server.url


# Addresses are enough for most tests.
postgres = partial(_address, "postgres")
redis = partial(_address, "redis")
rabbitmq = partial(_address, "rabbitmq")


def main() -> int:
    """The program; ends with the status of the command."""
    words = sys.argv[1:]
    names, command = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else ([], [])
    if not names or not command or set(names) - set(SERVERS):
        sys.exit(__doc__)
    environment = dict(os.environ)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with ExitStack() as stack:
            for name in names:
                server = stack.enter_context(running(name))
                environment |= {server.variable: server.url, f"{server.variable}_FOLDER": str(server.folder)}
            return subprocess.run(command, env=environment).returncode
    except (FileNotFoundError, RuntimeError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
