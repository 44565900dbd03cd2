"""Measure the references of exercises again."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.exercises.curriculum import load_packages
from apps.exercises.package import PackageError
from apps.exercises.references import build_reference, has_figures, needs_figures


class Command(BaseCommand):
    """Runs reference/build.py of the packages and writes reference/figures.json."""

    help = "Train and measure the reference models; writes reference/figures.json and the weights."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One exercise or all of them."""
        parser.add_argument("slug", nargs="?", help="only this exercise")
        parser.add_argument("--check", action="store_true", help="build nothing, name the exercises without figures")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, or say what is missing."""
        try:
            # Others may be half written: they are none of this exercise's business.
            packages = load_packages(Path(settings.CURRICULUM_DIR), [options["slug"]] if options["slug"] else [])
            chosen = [package for package in packages if needs_figures(package)]
            if options["slug"] and not chosen:
                raise CommandError(f"There is no exercise {options['slug']!r} with a reference/build.py.")
            if options["check"]:
                missing = [package.slug for package in chosen if not has_figures(package)]
                if missing:
                    raise CommandError(f"Without figures: {', '.join(missing)}. Run build_references.", returncode=1)
                self.stdout.write(f"All {len(chosen)} references have figures.")
                return
            for package in chosen:
                path = build_reference(package, command=f"manage.py build_references {package.slug}")
                self.stdout.write(f"Wrote {path}")
        except PackageError as error:
            raise CommandError(str(error)) from error
