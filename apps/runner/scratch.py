"""Temporary files of a worker lie in a folder of its own: what a killed one left behind can be told, and goes.

The folder's lock is held by the worker and the processes of its pool: it is free once the last of them is gone.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from apps.runner.plan import MIB
from studyhub import env

WORKER = "studyhub-worker-"
# What a run may leave on disk until its result has been brought: artefacts, its notebook, its inputs.
ROOM_MB = 48
RUN = re.compile(r"studyhub-run-([0-9]+)-")


def settle() -> Path:
    """Called once when a worker starts: clear what earlier ones left, and put temporary files into a new folder.

    Raises OSError where none can be made.
    """
    above = Path(tempfile.gettempdir())
    for folder in above.glob(f"{WORKER}*"):
        if (handle := _lock(folder)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)
    # Under its name only once it is locked: until then nobody takes it for one that was left.
    unnamed = Path(tempfile.mkdtemp(prefix=".studyhub-new-", dir=above))
    unnamed.chmod(0o755)  # the sandbox's user has to get through
    _lock(unnamed)
    own = unnamed.rename(above / f"{WORKER}{unnamed.name.removeprefix('.studyhub-new-')}")
    tempfile.tempdir = os.environ["TMPDIR"] = str(own)
    atexit.register(_leave, own, os.getpid())
    return own


def problem() -> str:
    """Why there is no room for another run here, and what to do; empty where there is."""
    for folder in (Path(tempfile.gettempdir()), env.var_folder()):
        if folder.is_dir() and (free := shutil.disk_usage(folder).free // MIB) < ROOM_MB:
            return f"Only {free} MB are free in {folder}: a run needs {ROOM_MB}. Make room there."
    return ""


def clear_runs() -> None:
    """Called in each new process of a pool, for it may take the place of one that was killed in a run."""
    for folder in Path(tempfile.gettempdir()).glob("studyhub-run-*"):
        if (found := RUN.match(folder.name)) and not psutil.pid_exists(int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_folder() -> Iterator[Path]:
    """A folder for as long as a run takes. Raises OSError where there is no room."""
    with tempfile.TemporaryDirectory(prefix=f"studyhub-run-{os.getpid()}-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # readable by the sandbox's user, who is not ours when the worker is root
        yield folder


def _leave(folder: Path, pid: int) -> None:
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)


def _lock(folder: Path) -> int | None:
    """The lock of a folder, held until it is closed or all who inherited it end; None where somebody else has it."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
        else:
            return handle
    return None
