"""Frozen packages where hosts share no disk: an archive for each version, fetched by whoever needs it (STORAGES)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from apps.exercises.store import pack, unpack
from studyhub import shared

FOLDER = "exercises"


def share_versions(versions: Iterable[tuple[str, str]]) -> None:
    """Of these versions, slugs and digests, share those that this host has and the others don't. Raises OSError."""
    if not shared.is_shared():
        return
    there = shared.names(FOLDER)
    for slug, digest in sorted(versions):
        folder, name = Path(settings.CURRICULUM_STORE) / slug / digest, _name(slug, digest)
        if name in there or not folder.is_dir():
            continue
        with tempfile.TemporaryDirectory(prefix="studyhub-pack-") as temporary:
            archive = Path(temporary) / name
            pack(folder, archive)
            shared.share(f"{FOLDER}/{name}", archive)


def fetch_version(place: Path) -> None:
    """Bring the frozen package of `place`, <slug>/<digest>, to this host; nothing where it isn't shared.

    Raises OSError where the storage fails, PackageError for an archive that holds something else.
    """
    if not shared.is_shared():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    name = _name(place.parent.name, place.name)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=place.parent) as temporary:
        archive = Path(temporary) / name
        if shared.fetch(f"{FOLDER}/{name}", archive):
            unpack(archive, place)


def _name(slug: str, digest: str) -> str:
    return f"{slug}.{digest}.zip"
