"""Folders of the site: the run store and each runner's own place, small enough to be filled, seen by nobody else."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from apps.runner import launcher

PR_SET_CHILD_SUBREAPER = 36
STORE_MB = 768
RUNNER_MB = 128
CHUNK = 1 << 20


def enclose() -> bool:
    """Called first: orphans come to this process, and what root mounts is seen by nobody else and goes with it.

    Returns whether this process may mount anything.
    """
    launcher.call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if os.geteuid() != 0:
        return False
    try:
        launcher.call("unshare", launcher.CLONE_NEWNS)
        launcher.mount("none", "/", None, launcher.MS_REC | launcher.MS_PRIVATE)
    except OSError:
        return False
    return True


def mounts() -> set[str]:
    """Where something is mounted, as this process sees it."""
    return {line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()}


@dataclass(frozen=True)
class Place:
    """A folder; where it is `small` it has a file system of its own, which can be filled."""

    path: Path
    small: bool

    @classmethod
    def make(cls, path: Path, megabytes: int, may_mount: bool) -> Place:
        """The folder at `path`, with room for so much."""
        path.mkdir(parents=True)
        if may_mount:
            launcher.mount("tmpfs", str(path), "tmpfs", 0, f"mode=755,size={megabytes}m")
        return cls(path, may_mount)

    @property
    def filler(self) -> Path:
        """The file that takes all the room."""
        return self.path / ".filler"

    def fill(self) -> int:
        """Leave no room at all; returns the bytes that were free."""
        written = 0
        with suppress(OSError), open(self.filler, "wb", buffering=0) as file:
            while True:
                written += file.write(b"\0" * CHUNK)
        with suppress(OSError), open(self.filler, "ab", buffering=0) as file:
            while True:
                written += file.write(b"\0" * 512)
        return written

    def free(self) -> None:
        """Give the room back."""
        self.filler.unlink(missing_ok=True)

    def close(self) -> None:
        """Called last. What is still open there keeps it in being, which is then seen as left behind."""
        if self.small:
            ctypes.CDLL(None).umount2(str(self.path).encode(), 0)
