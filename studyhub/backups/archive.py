"""Many files as one: a tar that is made and read piece by piece, whatever its size. Imports no Django."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from studyhub.backups.places import CHUNK, Place, Readable, chunks_of

BLOCK = tarfile.BLOCKSIZE


class NotAnArchive(ValueError):
    """Bytes that no backup of ours holds."""


def packed(place: Place, prefixes: Iterable[str], counted: list[str]) -> Iterator[bytes]:
    """The tar of all files below `prefixes`, in pieces; the name of each goes into `counted`.

    A file that vanishes meanwhile is left out; one that shrinks is filled up, one that grows is cut: whoever still
    writes to a file has not told the database of it.
    """
    for prefix in prefixes:
        for name, size in place.below(prefix):
            try:
                with place.reading(name) as file:
                    info = tarfile.TarInfo(name)
                    info.size, info.mode = size, 0o644
                    yield info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
                    yield from _exactly(file, size)
            except FileNotFoundError:
                continue
            counted.append(name)
    yield bytes(2 * BLOCK)


def unpack(file: Readable, place: Place) -> int:
    """Write each file of a tar to `place`; returns how many. Raises NotAnArchive for a name that leads out of it."""
    count = 0
    try:
        with tarfile.open(fileobj=file, mode="r|", bufsize=CHUNK) as archive:  # type: ignore[call-overload]
            for member in archive:
                path = PurePosixPath(member.name)
                if not member.isreg() or path.is_absolute() or ".." in path.parts:
                    raise NotAnArchive(f"{member.name!r} is no file of a backup.")
                content = archive.extractfile(member)
                assert content is not None
                place.write(member.name, chunks_of(content))
                count += 1
    except tarfile.TarError as error:
        raise NotAnArchive(str(error)) from error
    return count


def _exactly(file: Readable, size: int) -> Iterator[bytes]:
    left = size
    while left:
        chunk = file.read(min(CHUNK, left)) or bytes(min(CHUNK, left))
        left -= len(chunk)
        yield chunk
    yield bytes(-size % BLOCK)
