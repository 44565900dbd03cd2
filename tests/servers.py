"""`python -m tests.servers postgres -- COMMAND`: runs a command beside a throw-away server, on a free port.

The server comes from Debian's packages; its data lies in a temporary folder and goes with it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The tests' settings read it; everything else of the environment is cleared away there.
VARIABLE = "TEST_DATABASE_URL"
DEBIAN = Path("/usr/lib/postgresql")


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


def main() -> int:
    name, separator, *command = sys.argv[1:]
    if name != "postgres" or separator != "--" or not command:
        sys.exit(__doc__)
    try:
        with postgres() as url:
            return subprocess.run(command, env={**os.environ, VARIABLE: url}).returncode
    except FileNotFoundError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
