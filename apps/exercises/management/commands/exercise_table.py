"""Write the table of exercises anew, or check that it is current."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.exercises.curriculum import load_packages
from apps.exercises.package import PackageError
from apps.exercises.table import README, exercise_table


class Command(BaseCommand):
    """notebooks/README.md lists every exercise with its figures."""

    help = "Write notebooks/README.md from the packages; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check for a build server."""
        parser.add_argument("--check", action="store_true", help="write nothing, exit 1 where the table is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare. Raises CommandError (exit 1)."""
        curriculum = Path(settings.CURRICULUM_DIR)
        try:
            text = exercise_table(load_packages(curriculum), curriculum)
        except (PackageError, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        path = curriculum / README
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{path} is out of date. Run manage.py exercise_table.", returncode=1)
