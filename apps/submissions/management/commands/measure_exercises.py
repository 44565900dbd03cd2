"""What each exercise's reference solution takes, on the learner's way."""

from __future__ import annotations

import datetime
import json
import os
import platform
import tempfile
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.exercises.build import notebook_bytes
from apps.exercises.curriculum import load_packages
from apps.exercises.package import ExercisePackage
from apps.exercises.table import MEASURED, read_measured
from apps.grading import GradingSpec, Relative
from apps.runner.contract import Outcome
from apps.submissions import folders
from apps.submissions.validation import read_notebook

SEED = 1
# Over how many draws of hidden inputs reference and baseline are averaged.
DRAWS = 20


class Command(BaseCommand):
    """Seconds in cells and calls, the peak of memory, reference and baseline; written to notebooks/measured.json."""

    help = "Run every exercise's reference solution in the sandbox and write down what it takes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Some exercises or all of them."""
        parser.add_argument("slugs", nargs="*", help="only these exercises")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure one after the other. Raises CommandError where a reference does not run to its end."""
        curriculum = Path(settings.CURRICULUM_DIR)
        packages = load_packages(curriculum)
        known = {package.slug for package in packages}
        if unknown := [slug for slug in options["slugs"] if slug not in known]:
            raise CommandError(f"There is no exercise {unknown[0]!r}.")
        found = {slug: row for slug, row in read_measured(curriculum)["exercises"].items() if slug in known}
        for package in packages:
            if not options["slugs"] or package.slug in options["slugs"]:
                found[package.slug] = measure(package)
                self.stdout.write(f"{package.slug}: {found[package.slug]['seconds']:.1f} s")
        document = {
            "machine": f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}",
            "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "exercises": dict(sorted(found.items())),
        }
        (curriculum / MEASURED).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def measure(package: ExercisePackage) -> dict[str, Any]:
    """Seconds in the learner's cells and in calls of their functions, and megabytes, of the reference solution."""
    from apps.runner.execute import execute

    notebook = read_notebook(notebook_bytes(package, "reference"), exercise=package.slug, limit_mb=100)
    with tempfile.TemporaryDirectory(prefix="studyhub-measure-") as name:
        folder = Path(name)
        request = folders.prepare(
            folder, package=package, notebook=notebook.content, run_id=str(uuid.uuid4()), attempt=1, seed=SEED
        )
        result = execute(folder, request)
    if result.outcome != Outcome.COMPLETED:
        raise CommandError(f"{package.slug}: {result.outcome}: {result.reason} {result.detail}")
    seconds = sum(cell.seconds for cell in result.cells) + result.phases_s.get("probe: calls", 0.0)
    return {"seconds": round(seconds, 1), "peak_mb": round(result.resources.peak_mb), **scale(package.spec())}


def scale(spec: GradingSpec) -> dict[str, Any]:
    """Reference and baseline of the check that scores between the two, as it shows them; empty where there is none."""
    found = [check for check in spec.checks if isinstance(check, Relative)]
    if not found:
        return {}
    check = max(found, key=lambda check: check.points)
    measured = [check.measured(spec.draw(seed)) for seed in range(DRAWS)]
    means = {name: sum(row[name] for row in measured) / DRAWS for name in ("reference", "baseline")}
    return {"metric": check.metric.name, **{name: check.metric.show(value) for name, value in means.items()}}
