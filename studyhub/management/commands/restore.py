"""`manage.py restore PLACE/NAME`: the site as it was when that backup was made."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from studyhub import env
from studyhub.backups.databases import DatabaseFailed
from studyhub.backups.manifest import NotABackup
from studyhub.backups.places import open_place
from studyhub.backups.restoring import NotEmpty, restore


class Command(BaseCommand):
    """Restore a backup into an empty site whose processes do not run."""

    help = "Restore a backup into an empty site; stop all its processes first."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Called by Django."""
        parser.add_argument("backup", help="what `backup` printed last: an absolute path, or s3://bucket/prefix/name")
        parser.add_argument("--force", action="store_true", help="throw away what the site holds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Called by Django."""
        address, _, name = options["backup"].rstrip("/").rpartition("/")
        try:
            place = open_place(address, "BACKUP")
            manifest = restore(place, name, force=options["force"], say=self.stdout.write)
        except (OSError, ValueError, NotABackup, NotEmpty, DatabaseFailed, env.SettingError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The site of {manifest.made}. Next: python -m studyhub.roles prepare")
