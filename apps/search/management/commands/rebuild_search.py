"""Make the search index anew, or say whether it is in step."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.search.keeping import is_stale, rebuild


class Command(BaseCommand):
    """The index is made from other rows: nothing is lost with it."""

    help = "Make the search index anew; --check only says whether it is in step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check for whoever watches over the site."""
        parser.add_argument("--check", action="store_true", help="change nothing, exit 1 where it is out of step")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild or look. Raises CommandError (exit 1)."""
        if not options["check"]:
            self.stdout.write(f"The search index has {rebuild()} documents.")
        elif is_stale():
            raise CommandError("The search index is out of step. Run manage.py rebuild_search.", returncode=1)
        else:
            self.stdout.write("The search index is in step.")
