"""Make the public data files of exercises again."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.exercises.errors import PackageError
from apps.exercises.modules import import_file
from apps.exercises.package import digest_of, find_packages


class Command(BaseCommand):
    """Runs write(folder) of each package's data.py on a fresh data/ folder."""

    help = "Write the data/ folders of exercises that generate theirs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One exercise or all of them."""
        parser.add_argument("slug", nargs="?", help="only this exercise")

    def handle(self, *args: Any, **options: Any) -> None:
        """Works on folders and not on loaded packages: a package without its data/ is not sound yet."""
        folders = [
            folder
            for folder in find_packages(Path(settings.CURRICULUM_DIR))
            if (folder / "data.py").is_file() and options["slug"] in (None, folder.name)
        ]
        if options["slug"] and not folders:
            raise CommandError(f"There is no exercise {options['slug']!r} with a data.py.")
        for folder in folders:
            try:
                module = import_file(folder, digest_of(folder), "data")
            except PackageError as error:
                raise CommandError(str(error)) from error
            if hasattr(module, "write"):
                shutil.rmtree(folder / "data", ignore_errors=True)
                (folder / "data").mkdir()
                module.write(folder / "data")
                self.stdout.write(f"Wrote {folder / 'data'}")
