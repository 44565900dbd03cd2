"""Making a backup."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from apps.submissions.constants import FINAL_STATES, Files, State
from apps.submissions.models import Run
from studyhub import env, storages
from studyhub.backups import databases
from studyhub.backups.archive import packed
from studyhub.backups.manifest import FILE, Manifest, Part, metered
from studyhub.backups.places import Bucket, Folder, Place

DATABASE = "database"
PREFIX = "studyhub-"
ARCHIVES = ("curriculum", "media", "runs")


def make(place: Place, *, without: Iterable[str] = (), say: Callable[[str], None] = print) -> str:
    """Make a backup in `place` and return its name. Raises OSError or DatabaseFailed; then there is none.

    1. The database, as it is at one moment. 2. The files: each was written before a row spoke of it, and what has been
    added since does no harm. 3. The manifest, which makes it a backup.
    """
    name = f"{PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    manifest = Manifest(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        version=importlib.metadata.version("studyhub"),
        vendor=connection.vendor,
        migrations={},
        kept={archive: kind_of(archive) for archive in ARCHIVES},
    )
    with databases.dumping() as dump:
        manifest.migrations = applied()
        manifest.counts = dump.counts()
        part = manifest.parts[DATABASE] = Part()
        place.write(f"{name}/{DATABASE}", metered(dump.chunks(), part))
    say(f"  {DATABASE}: {sum(manifest.counts.values())} rows, {part.bytes} bytes")
    for archive in ARCHIVES:
        if archive in without:
            continue
        part, names = manifest.parts.setdefault(f"{archive}.tar", Part()), []
        chunks = packed(source(archive), _prefixes(archive), names)
        place.write(f"{name}/{archive}.tar", metered(chunks, part))
        part.files = len(names)
        say(f"  {archive}: {part.files} files, {part.bytes} bytes")
    place.write(f"{name}/{FILE}", [manifest.to_json().encode()])
    return name


def remove_old(place: Place, *, keep: int) -> list[str]:
    """Remove all but the latest `keep` whole backups, and what was not finished before those; returns their names."""
    names = [name for name in place.folders() if name.startswith(PREFIX)]
    whole = [name for name in names if any(file == f"{name}/{FILE}" for file, _ in place.below(f"{name}/"))]
    old = [name for name in names if name < whole[-keep:][0]] if whole else []
    for name in old:
        place.remove(name, first=FILE)  # what is half removed must not look whole
    return old


def source(archive: str) -> Place:
    """Where files of this kind lie on this site."""
    if archive == "runs":
        where = settings.RUN_STORE
        return Bucket(where) if isinstance(where, storages.Place) else Folder(where)
    if address := env.text(storages.STORAGE):
        bucket = storages.place(address, storages.STORAGE)
        return Bucket(storages.Place(bucket.bucket, f"{bucket.prefix}{archive}/"))
    return Folder(settings.CURRICULUM_STORE if archive == "curriculum" else settings.VAR_DIR / "media")


def kind_of(archive: str) -> str:
    """Whether that is a `folder` or a `bucket`."""
    return "bucket" if isinstance(source(archive), Bucket) else "folder"


def applied() -> dict[str, list[str]]:
    """The migrations that this database has had, by app."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def _prefixes(archive: str) -> Iterable[str]:
    """Of the run store what a page shows or a grader reads: nothing of attempts that were superseded or still run."""
    if archive != "runs":
        return [""]
    runs = Run.objects.filter(state__in=[State.GRADING, *FINAL_STATES]).exclude(files=Files.NONE).order_by()
    return (f"{pk}/{attempt}/" for pk, attempt in runs.values_list("pk", "attempt").iterator())
