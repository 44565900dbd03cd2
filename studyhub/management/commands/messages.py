"""`manage.py messages [app …]`: collect what templates and code say into the catalogues of the second language."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.core.management.commands import makemessages


class Collector(makemessages.Command):
    """Django's own, but for guesses: a text that only resembles an old one is not translated."""

    msgmerge_options: ClassVar[list[str]] = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


class Command(BaseCommand):
    """Each app has its own catalogue, and so has `studyhub` (which holds the templates of `accounts` and `catalog`)."""

    help = "Collect the texts of apps (default: all) into locale/fr, and compile what is translated there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Called by Django."""
        parser.add_argument("parts", nargs="*", help="apps by their names, or studyhub")

    def handle(self, *args: object, parts: list[str], **options: object) -> None:
        """Called by Django. Needs Debian's gettext."""
        folders = {folder.name: folder for folder in places()}
        for part in parts or folders:
            collect(folders[part])


def places() -> list[Path]:
    """The folders that have a catalogue."""
    apps = (settings.BASE_DIR / "apps").iterdir()
    return [settings.BASE_DIR / "studyhub", *sorted(app for app in apps if (app / "__init__.py").exists())]


def collect(folder: Path) -> None:
    """Write `folder`'s catalogue. Raises CommandError for a template that can't be read."""
    (folder / "locale").mkdir(exist_ok=True)
    here = Path.cwd()
    os.chdir(folder)  # both commands look where they are
    try:
        languages = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        # Not the lines: they change with every edit, and a search finds the text.
        call_command(Collector(), locale=languages, add_location="file", no_wrap=True, no_obsolete=True, verbosity=0)
        # English too: what libraries say otherwise than we do has a catalogue, written by hand.
        call_command("compilemessages", verbosity=0)
    finally:
        os.chdir(here)
    # An app that says nothing has no catalogue; an empty folder would look like one that was lost.
    if not any((folder / "locale").iterdir()):
        (folder / "locale").rmdir()
