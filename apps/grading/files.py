"""Open a file that hostile code may have put there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from apps.grading.errors import ArtefactError

# O_NONBLOCK: opening a FIFO without a writer would block for ever.
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


def read_bytes(folder: Path, name: str, *, at_most: int) -> bytes | None:
    """The bytes of the regular file `name` directly in `folder`; None where there is no such file or folder.

    Neither `folder` nor the file may be a symbolic link: both are opened without following one, and the file is
    looked up in the folder that was opened, so nothing can be swapped in between. Reads `at_most` bytes and never more.

    Raises ArtefactError for a link, a special file, a file that is too large or one that can't be read.
    """
    if "/" in name or name in {"", ".", ".."}:
        raise ValueError(f"not a plain file name: {name!r}")
    try:
        folder_fd = os.open(folder, _FOLDER_FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ArtefactError("The results of this run aren't in an ordinary folder, so they were not read.") from error
    try:
        return _read_in(folder_fd, name, at_most)
    finally:
        os.close(folder_fd)


def _read_in(folder_fd: int, name: str, at_most: int) -> bytes | None:
    try:
        fd = os.open(name, _FILE_FLAGS, dir_fd=folder_fd)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ArtefactError(f"The result file {name} isn't an ordinary file, so it was not read.") from error
    try:
        # Before a file object is made of it: that raises for a folder, which os.open takes.
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise ArtefactError(f"The result file {name} isn't an ordinary file, so it was not read.")
        with os.fdopen(fd, "rb", closefd=False) as file:
            data = file.read(at_most + 1)
    except OSError as error:
        raise ArtefactError(f"The result file {name} could not be read.") from error
    finally:
        os.close(fd)
    if len(data) > at_most:
        raise ArtefactError(f"The result file {name} is larger than the {at_most / 2**20:g} MiB that are allowed.")
    return data
