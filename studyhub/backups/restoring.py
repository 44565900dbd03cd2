"""Restoring a backup."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from studyhub.backups import databases
from studyhub.backups.archive import unpack
from studyhub.backups.making import ARCHIVES, DATABASE, kind_of, source
from studyhub.backups.manifest import Checked, Manifest, NotABackup
from studyhub.backups.places import Place


class NotEmpty(RuntimeError):
    """There is something already where the backup is to go."""


def restore(place: Place, name: str, *, force: bool = False, say: Callable[[str], None] = print) -> Manifest:
    """Restore the backup `name` from `place`. Nothing else of the site may run meanwhile.

    1. Every checksum, and whether this version and this kind of site can take it. 2. Whether the site is empty: with
    `force` what it has goes. 3. The files, then the database: where there are rows, there is what they speak of. 4. The
    rows are counted.

    Raises NotABackup or NotEmpty, and then has changed nothing; OSError or DatabaseFailed, after which it is run again.
    """
    manifest = Manifest.read(place, name)
    _check_fit(manifest)
    for part in manifest.parts:
        with place.reading(f"{name}/{part}") as file:
            Checked(file, part, manifest.parts[part]).close()
    say(f"  {len(manifest.parts)} parts are whole")
    if not force:
        _check_empty()
    for archive in ARCHIVES:
        if f"{archive}.tar" in manifest.parts:
            with place.reading(f"{name}/{archive}.tar") as file:
                say(f"  {archive}: {unpack(file, source(archive))} files")
    with place.reading(f"{name}/{DATABASE}") as file:
        databases.restore(file)
    found = databases.count_rows()
    if found != manifest.counts:
        differing = sorted(table for table in found | manifest.counts if found.get(table) != manifest.counts.get(table))
        raise databases.DatabaseFailed(f"Not all rows are there: {', '.join(differing)}")
    say(f"  {DATABASE}: {sum(found.values())} rows")
    return manifest


def _check_fit(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise NotABackup(f"It is of a {manifest.vendor} database, and this site has {connection.vendor}.")
    kept, keeps = manifest.kept["curriculum"], kind_of("curriculum")
    if kept != keeps:
        raise NotABackup(f"Its curriculum lay in a {kept}, and this site keeps it in a {keeps}.")
    known = MigrationLoader(None).disk_migrations
    had = [(app, name) for app, names in manifest.migrations.items() for name in names]
    if later := [f"{app}.{name}" for app, name in had if (app, name) not in known]:
        raise NotABackup(f"It was made by a later version, {manifest.version}: this one does not know {later[-1]}.")


def _check_empty() -> None:
    if not databases.is_empty():
        raise NotEmpty("The database has tables already. With --force what it holds goes.")
    for archive in ARCHIVES:
        if (first := next(source(archive).below(""), None)) is not None:
            where = f"{source(archive)}, {first[0]}"
            raise NotEmpty(f"There are files already: {where}. With --force they are written over.")
