"""Make the search index anew, or bring it into step, or say whether it is."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.search.keeping import in_step, is_stale, rebuild


class Command(BaseCommand):
    """The index is made from other rows: nothing is lost with it."""

    help = "Make the search index anew; --if-stale where it is out of step, --check only says whether it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check for whoever watches over the site, --if-stale for whoever prepares one."""
        parser.add_argument("--if-stale", action="store_true", help="only where a sync has been since")
        parser.add_argument("--check", action="store_true", help="change nothing, exit 1 where it is out of step")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild or look. Raises CommandError (exit 1)."""
        if options["if_stale"]:
            in_step()
        elif not options["check"]:
            self.stdout.write(f"The search index has {rebuild()} documents.")
        elif is_stale():
            raise CommandError("The search index is out of step. Run manage.py rebuild_search.", returncode=1)
        else:
            self.stdout.write("The search index is in step.")
