"""Write the starters that Colab and Kaggle open, or check that a folder with them is current."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.exercises import publishing
from apps.exercises.curriculum import load_packages
from apps.exercises.elsewhere import public_address
from apps.exercises.package import PackageError


class Command(BaseCommand):
    """One notebook for each exercise, to be published on GitHub; STUDYHUB_STARTERS_URL says where."""

    help = "Write a notebook for each exercise into a folder, for Colab and Kaggle; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder; --check for a build server."""
        parser.add_argument("folder", type=Path, help="where they go; other files in it stay as they are")
        parser.add_argument("--check", action="store_true", help="write nothing, exit 1 where a file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare. Raises CommandError (exit 1)."""
        site, folder = public_address(), options["folder"]
        if not site:
            raise CommandError(
                f"Colab and Kaggle can't reach {settings.SITE_URL}. Set STUDYHUB_URL to the site's public address, https://…"
            )
        try:
            wanted = publishing.published_files(load_packages(Path(settings.CURRICULUM_DIR)), site)
            found = publishing.changes(folder, wanted)
            if not options["check"]:
                publishing.apply(folder, found)
        except (PackageError, OSError, ValueError) as error:
            raise CommandError(str(error), returncode=1) from error
        stale = [*found.write, *found.delete]
        if options["check"] and stale:
            raise CommandError(
                f"Out of date in {folder}: {', '.join(stale)}. Run manage.py write_starters.", returncode=1
            )
        if options["verbosity"]:
            same = len(wanted) - len(found.write)
            self.stdout.write(
                f"{folder}: {len(found.write)} written, {len(found.delete)} deleted, {same} as they were."
            )
