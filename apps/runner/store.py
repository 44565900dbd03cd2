"""The run store: the platform leaves there what a run needs, and a runner what came of it. Known to both sides.

The files of an attempt are those of contract.py. The store is a folder that both sides see, or a part of a bucket
(objects.py); then neither side sees anything of the other's machine.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar

from apps.runner.contract import ARTEFACT_FOLDER, CANCEL_FILE, CLAIM_FILE, EXECUTED_FILE, RESULT_FILE, RESULT_FOLDER
from studyhub import storages

RESULT = f"{RESULT_FOLDER}/{RESULT_FILE}"
EXECUTED = f"{RESULT_FOLDER}/{EXECUTED_FILE}"
ARTEFACTS = f"{RESULT_FOLDER}/{ARTEFACT_FOLDER}"
PAUSES_S = (0.5, 1.0, 2.0, 4.0)
T = TypeVar("T")


class StoreError(OSError):
    """The run store failed: the platform's fault, and it says nothing about the run."""


class StoreUnreachable(StoreError):
    """It did not answer, or not now: this passes by itself."""


class StoreRefused(StoreError):
    """It answered that we may not: this needs an operator."""


class ResultUnreadable(ValueError):
    """A result that no sound runner writes: the platform's fault, whoever wrote it."""


class Attempt(ABC):
    """The files of one attempt at a run. All methods raise OSError where the store fails."""

    in_place: ClassVar[bool] = False
    """Whether a runner works in the store itself: then a result that is written is there."""

    # The platform's side.

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""

    @abstractmethod
    def read(self, name: str, limit: int) -> bytes | None:
        """A file's bytes, None where there is none. Raises ResultUnreadable for more than `limit`, or no plain file."""

    @abstractmethod
    def filling(self) -> AbstractContextManager[Path]:
        """A folder to fill: once the block has ended its files are in the store, those that mark completeness last."""

    @abstractmethod
    def artefacts(self, limit: int) -> AbstractContextManager[Path]:
        """A folder with the artefacts of the result, or nothing there. Raises ResultUnreadable.

        `limit` is for all of them, in bytes; where this side copies nothing the reader's own limits are enough.
        """

    @abstractmethod
    def cancel(self) -> None:
        """Tell whoever works on it, or is about to, to stop."""

    @abstractmethod
    def remove(self, *, but: str = "") -> None:
        """Remove its files, all or all but one."""

    # The runner's side.

    @abstractmethod
    def taken(self) -> AbstractContextManager[Path | None]:
        """Take the attempt up: a folder with all that was prepared, in which its result is written; None where it is
        gone, or somebody else has it. Within the block the mark to stop appears in that folder.
        """

    @abstractmethod
    def publish(self, folder: Path) -> None:
        """Bring what was written into the result folder in `folder` to the store, result.json last."""


class Store(Protocol):
    """Where attempts have their files."""

    def attempt(self, run_id: str, number: int) -> Attempt:
        """The files of one attempt, there or not. `run_id` and `number` are trusted: their form has been checked."""

    def problem(self) -> str:
        """Why a runner can't work with this store, and what to do; empty where it can or that can't be told now."""


class FolderStore:
    """A folder that both sides see: nothing is copied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def attempt(self, run_id: str, number: int) -> FolderAttempt:
        """As Store says."""
        return FolderAttempt(self.folder / run_id / str(number))

    def problem(self) -> str:
        """None that shows before a run does."""
        return ""


class FolderAttempt(Attempt):
    """An attempt whose files lie in `path`, for both sides."""

    in_place = True

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def has(self, name: str) -> bool:
        """As Attempt says."""
        return (self.path / name).is_file()

    def read(self, name: str, limit: int) -> bytes | None:
        """As Attempt says; the last step to the file may be no link."""
        path = self.path / name
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno not in {errno.ELOOP, errno.ENXIO}:
                raise
            raise ResultUnreadable(f"{path.name} is no plain file.") from error
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ResultUnreadable(f"{path.name} is not a plain file.")
            if status.st_size > limit:
                raise ResultUnreadable(f"{path.name} has {status.st_size} bytes, more than {limit}.")
            data = file.read(limit + 1)
        if len(data) > limit:
            raise ResultUnreadable(f"{path.name} grew beyond {limit} bytes while it was read.")
        return data

    @contextmanager
    def filling(self) -> Iterator[Path]:
        """The folder itself: whoever fills it keeps to the order."""
        self.path.mkdir(parents=True, exist_ok=True)
        yield self.path

    @contextmanager
    def artefacts(self, limit: int) -> Iterator[Path]:
        """The folder itself."""
        yield self.path / ARTEFACTS

    def cancel(self) -> None:
        """As Attempt says. Creates the folder where it is gone already."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / CANCEL_FILE).touch()

    def remove(self, *, but: str = "") -> None:
        """As Attempt says; nothing outside the folder goes, whatever links there are in it."""
        keep = self.path / but
        if not but or self.path.is_symlink() or keep.parent.is_symlink() or not keep.is_file():
            self._remove()
            return
        for path in {*self.path.iterdir(), *keep.parent.iterdir()} - {keep, keep.parent}:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _remove(self) -> None:
        if self.path.is_symlink():
            self.path.unlink()
        elif self.path.exists():
            shutil.rmtree(self.path)
        # The folder of the run itself goes with its last attempt.
        if self.path.parent.is_dir() and not any(self.path.parent.iterdir()):
            self.path.parent.rmdir()

    @contextmanager
    def taken(self) -> Iterator[Path | None]:
        """The folder itself, in which the platform leaves its mark to stop."""
        try:
            os.close(os.open(self.path / CLAIM_FILE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        except (FileExistsError, FileNotFoundError):
            yield None
        else:
            yield self.path

    def publish(self, folder: Path) -> None:
        """It is there already."""


@lru_cache(maxsize=16)
def open_store(where: Path | storages.Place) -> Store:
    """The store at `where`; it is reached when it is used."""
    if isinstance(where, Path):
        return FolderStore(where)
    # Imported where needed: boto's library takes a moment and some megabytes.
    from apps.runner.objects import ObjectStore

    return ObjectStore(where)


def until_answered(act: Callable[[], T], seconds: float) -> T:
    """What `act` returns, once the store answers. Raises StoreUnreachable where it has not for so many seconds."""
    until, tries = time.monotonic() + seconds, 0
    while True:
        try:
            return act()
        except StoreUnreachable:
            pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
            if time.monotonic() + pause > until:
                raise
            time.sleep(pause)
            tries += 1
