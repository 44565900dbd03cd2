"""`python -m tests.servers postgres redis -- COMMAND`: runs a command beside throw-away servers, on free ports.

Servers come from Debian's packages; their data lies in temporary folders and goes with them. What they are called is
handed on in the environment, where the tests' settings read it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
from kombu import Connection
from kombu.exceptions import KombuError

DEBIAN = Path("/usr/lib/postgresql")
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
START_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def programs() -> Path:
    """Where PostgreSQL's programs are: the newest of Debian's. Raises FileNotFoundError with what to do."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    raise FileNotFoundError("PostgreSQL is needed: apt install postgresql")


@contextmanager
def postgres() -> Iterator[str]:
    """A server that trusts whoever comes, on loopback only; yields its address.

    Raises FileNotFoundError where PostgreSQL is not installed.
    """
    bin_ = programs()
    # The server refuses to run as root.
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="studyhub-postgres-"))
    port, data = free_port(), folder / "data"
    try:
        if as_user:
            shutil.chown(folder, "postgres", "postgres")
        run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
        subprocess.run([*as_user, bin_ / "initdb", "-D", data, "-U", "studyhub", "-A", "trust"], **run)
        # Nothing of it has to outlive a crash.
        options = f"-p {port} -k {folder} -h 127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        control = [*as_user, bin_ / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
        subprocess.run([*control, "-o", options, "start"], **run)
        try:
            yield f"postgresql://studyhub@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps everything in memory; yields its address. Raises FileNotFoundError where there is none."""
    program = shutil.which("redis-server")
    if program is None:
        raise FileNotFoundError("Redis is needed: apt install redis-server")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with _broker(command, f"redis://127.0.0.1:{port}/0", os.environ.copy()) as url:
        yield url


@contextmanager
def rabbitmq() -> Iterator[str]:
    """A RabbitMQ of its own, with an Erlang port mapper of its own; yields its address.

    Raises FileNotFoundError where there is none.
    """
    if not RABBITMQ.exists():
        raise FileNotFoundError("RabbitMQ is needed: apt install rabbitmq-server")
    port, mapper = free_port(), str(free_port())
    # RabbitMQ would start one that outlives it.
    epmd = subprocess.Popen(["epmd", "-port", mapper, "-address", "127.0.0.1"], start_new_session=True)
    with tempfile.TemporaryDirectory(prefix="studyhub-rabbitmq-", ignore_cleanup_errors=True) as folder, _ended(epmd):
        environment = {
            **os.environ,
            "HOME": folder,
            "RABBITMQ_NODENAME": f"studyhub-{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "ERL_EPMD_PORT": mapper,
            "RABBITMQ_MNESIA_BASE": folder,
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq",
        }
        with _broker([str(RABBITMQ)], f"amqp://guest:guest@127.0.0.1:{port}//", environment) as url:
            yield url


@contextmanager
def _broker(command: list[str], url: str, environment: dict[str, str]) -> Iterator[str]:
    """A broker that answers; at the end it and whatever it started have ended."""
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    with _ended(server):
        until = time.monotonic() + START_S
        while not _answers(url):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[0]} did not start.")
            time.sleep(0.1)
        yield url


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """At the end a process, and whatever it started, is over."""
    try:
        yield
    finally:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with Connection(url, connect_timeout=2) as connection:
            connection.connect()
            connection.default_channel.queue_declare("ready", auto_delete=True)
    except (OSError, KombuError):
        return False
    return True


# For each server: its variable, and what starts it.
SERVERS: dict[str, tuple[str, Callable[[], AbstractContextManager[str]]]] = {
    "postgres": ("TEST_DATABASE_URL", postgres),
    "redis": ("TEST_BROKER_URL", redis),
    "rabbitmq": ("TEST_BROKER_URL", rabbitmq),
}


def main() -> int:
    """The program; ends with the status of the command."""
    words = sys.argv[1:]
    names, command = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else ([], [])
    if not names or not command or set(names) - set(SERVERS):
        sys.exit(__doc__)
    environment = dict(os.environ)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with ExitStack() as running:
            for name in names:
                variable, start = SERVERS[name]
                environment[variable] = running.enter_context(start())
            return subprocess.run(command, env=environment).returncode
    except (FileNotFoundError, RuntimeError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
