"""Carries the artefacts of a run out of its sandbox while hostile code may still be at work in there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from apps.runner import sandbox
from apps.runner.contract import RunRequest

ENDINGS = (".json", ".npz", ".safetensors")
MIB = 1024 * 1024


def open_outbox(root: str) -> int:
    """A descriptor of the outbox below `root`. No step on the way may be a link. Raises OSError where one is."""
    descriptor = os.open(root, os.O_PATH | os.O_DIRECTORY)
    for name in sandbox.OUTBOX.strip("/").split("/"):
        try:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = inner
    return descriptor


def read_regular(name: str, folder: int, cap: int) -> bytes | None:
    """The bytes of a regular file of at most `cap` bytes; None for one that is absent, larger or of another kind."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return None
    try:
        # Before a file object is made of it: of a folder there is none to be had.
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(cap + 1)
    finally:
        os.close(descriptor)
    return content if len(content) <= cap else None


def artefacts(root: str, request: RunRequest) -> Iterator[tuple[str, bytes]]:
    """Name and content of each artefact that the run's probes may have left, within the run's space for all of them."""
    left = request.limits.artefact_mb * MIB
    outbox = open_outbox(root)
    try:
        for probe in request.probes:
            for ending in ENDINGS:
                content = read_regular(probe.id + ending, outbox, left)
                if content is not None:
                    left -= len(content)
                    yield probe.id + ending, content
    finally:
        os.close(outbox)


def collect(root: str, request: RunRequest, target: Path) -> None:
    """Copy the artefacts below `root` into the folder `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for name, content in artefacts(root, request):
        (target / name).write_bytes(content)
