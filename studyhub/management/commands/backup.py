"""`manage.py backup PLACE`: database and files into a new folder of PLACE."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from studyhub import env
from studyhub.backups.databases import DatabaseFailed
from studyhub.backups.making import ARCHIVES, make, remove_old
from studyhub.backups.places import open_place


class Command(BaseCommand):
    """Make a backup while the site runs. Half of one is never taken for a whole."""

    help = "Back up database, media, frozen curriculum and the files of runs, while the site runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Called by Django."""
        parser.add_argument("place", help="an absolute path, or s3://bucket/prefix")
        parser.add_argument("--without", action="append", choices=ARCHIVES, default=[], help="leave these files out")
        parser.add_argument("--keep", type=int, metavar="N", help="then remove all whole backups but the latest N")

    def handle(self, *args: Any, **options: Any) -> None:
        """Called by Django."""
        keep = options["keep"]
        if keep is not None and keep < 1:
            raise CommandError("--keep must be at least 1.")
        try:
            place = open_place(options["place"], "PLACE")
            name = make(place, without=options["without"], say=self.stdout.write)
            for old in remove_old(place, keep=keep) if keep else ():
                self.stdout.write(f"  removed: {old}")
        except (OSError, DatabaseFailed, env.SettingError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        self.stdout.write(f"{options['place'].rstrip('/')}/{name}")
