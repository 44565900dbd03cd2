"""A runner's own folders, where the run store is elsewhere: each process has one, and its lock for as long as it lives.

What lies in a folder whose lock is free was left behind, by a process that was killed or could not bring its result.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from studyhub import env

NEW = ".new-"
_own: dict[int, Path] = {}


def root() -> Path:
    """The folder of these folders."""
    return env.var_folder() / "work"


def own_folder() -> Path:
    """The one of this process. Raises OSError where it can't be made."""
    if os.getpid() not in _own:
        root().mkdir(parents=True, exist_ok=True)
        # Under its name only once it is locked: until then nobody takes it for one that was left.
        unnamed = Path(tempfile.mkdtemp(prefix=NEW, dir=root()))
        unnamed.chmod(0o755)  # the sandbox's user has to reach the data in it
        _lock(unnamed)
        folder = unnamed.rename(root() / unnamed.name.removeprefix(NEW))
        _own.clear()
        _own[os.getpid()] = folder
    return _own[os.getpid()]


def left_behind() -> Iterator[Path]:
    """The attempts' folders of processes that are no more; what the caller does not remove is found again."""
    if not root().is_dir():
        return
    for folder in sorted(root().iterdir()):
        if folder.name.startswith(NEW) or (lock := _lock(folder)) is None:
            continue
        try:
            # Somebody who looked at the same time may have cleared it away meanwhile.
            yield from sorted(folder.iterdir()) if folder.is_dir() else ()
            with suppress(OSError):
                folder.rmdir()
        finally:
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """The lock of a folder, held until it is closed or the process ends; None where somebody else has it."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
