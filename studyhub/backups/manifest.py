"""What a backup says of itself. It is written last: where it is, the backup is whole. Imports no Django."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from studyhub.backups.places import Place, Readable, chunks_of

FILE = "manifest.json"
FORMAT = 1


class NotABackup(ValueError):
    """What lies there can't be restored; the text says why."""


@dataclass
class Part:
    """One file of a backup; `files`: how many it holds, where it is an archive."""

    bytes: int = 0
    sha256: str = ""
    files: int = 0


@dataclass(kw_only=True)
class Manifest:
    """When it was made, by what, of what; `counts`: rows by table; `kept`: where files lay, `folder` or `bucket`."""

    made: str
    version: str
    vendor: str
    migrations: dict[str, list[str]]
    kept: dict[str, str]
    counts: dict[str, int] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    format: int = FORMAT

    def to_json(self) -> str:
        """As text."""
        return json.dumps(dataclasses.asdict(self), indent=1, sort_keys=True)

    @classmethod
    def read(cls, place: Place, name: str) -> Self:
        """The manifest of the backup `name`. Raises NotABackup where there is none, or none that we know."""
        try:
            with place.reading(f"{name}/{FILE}") as file:
                data: dict[str, Any] = json.loads(b"".join(chunks_of(file)))
        except FileNotFoundError:
            raise NotABackup(f"{name} has no {FILE}: no backup, or one that did not come to its end.") from None
        except ValueError as error:
            raise NotABackup(f"{name}/{FILE} can't be read: {error}") from error
        if data.get("format") != FORMAT:
            raise NotABackup(f"{name} has the format {data.get('format')}, and this version knows {FORMAT}.")
        data["parts"] = {part: Part(**fields) for part, fields in data["parts"].items()}
        return cls(**data)


def metered(chunks: Iterable[bytes], part: Part) -> Iterator[bytes]:
    """The same chunks; at their end `part` knows their size and their SHA-256."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        part.bytes += len(chunk)
        yield chunk
    part.sha256 = digest.hexdigest()


class Checked:
    """A file that must have been read to its end as it was written. `close` raises NotABackup where it was not."""

    def __init__(self, file: Readable, name: str, part: Part) -> None:
        self.file, self.name, self.part = file, name, part
        self.digest, self.bytes = hashlib.sha256(), 0

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        chunk = self.file.read(size)
        self.digest.update(chunk)
        self.bytes += len(chunk)
        return chunk

    def close(self) -> None:
        """Read what is left, and compare."""
        for _ in chunks_of(self):
            pass
        if (self.bytes, self.digest.hexdigest()) != (self.part.bytes, self.part.sha256):
            raise NotABackup(f"{self.name} is damaged: its checksum is not that of the manifest. Nothing was changed.")
