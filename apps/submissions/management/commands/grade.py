"""The whole way of one hand-in without web, queue or database: check, run in the sandbox, grade, say what it got."""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.runner.contract import CellReport, RunResult
from apps.runner.store import FolderAttempt
from apps.submissions import folders
from apps.submissions.compared import as_table
from apps.submissions.messages import VERDICTS
from apps.submissions.validation import UploadRefused, read_notebook

if TYPE_CHECKING:
    from apps.grading import CheckOutcome

UNUSABLE = 2


class Command(BaseCommand):
    """`grade SLUG NOTEBOOK.ipynb`: exit 0 whenever there is a verdict, 2 for arguments that can't be used."""

    help = "Run and grade one notebook here, without web, queue or database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The exercise and the file."""
        parser.add_argument("slug", help="the exercise, for example linear-regression-from-scratch")
        parser.add_argument("notebook", type=Path, help="the notebook to hand in (.ipynb)")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument("--curriculum", type=Path, help="the folder of tracks (default: the site's own)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the verdict. Raises CommandError (exit 2) for arguments that can't be used."""
        started = time.perf_counter()
        slug = options["slug"]
        package = _load(slug, options["curriculum"] or settings.CURRICULUM_DIR)
        try:
            data = options["notebook"].read_bytes()
            notebook = read_notebook(data, exercise=slug, limit_mb=settings.UPLOAD_LIMIT_MB)
        except OSError as error:
            raise CommandError(f"{options['notebook']}: {error.strerror}", returncode=UNUSABLE) from error
        except UploadRefused as refusal:
            raise CommandError(f"{options['notebook']}: {refusal}", returncode=UNUSABLE) from refusal
        # Whatever a library prints on the way goes to stderr: stdout holds the verdict only.
        with contextlib.redirect_stdout(sys.stderr):
            verdict = _grade(package, notebook.content, started)
        self.stdout.write(json.dumps(verdict) if options["json"] else _in_words(verdict))


def _load(slug: str, curriculum: Path) -> Any:
    from apps.exercises.package import PackageError, load_package

    found = [path.parent for path in sorted(curriculum.glob("*/*/exercise.yaml")) if path.parent.name == slug]
    if not found:
        raise CommandError(f"There is no exercise {slug!r} in {curriculum}.", returncode=UNUSABLE)
    try:
        return load_package(found[0])
    except PackageError as error:
        raise CommandError(str(error), returncode=UNUSABLE) from error


def _grade(package: Any, content: dict[str, Any], started: float) -> dict[str, Any]:
    # Imported here: a mistake in the arguments is told without loading what runs notebooks.
    from apps.runner.execute import execute
    from apps.submissions.grading import report_on, score_of, verdict_of

    run_id, seed = str(uuid.uuid4()), secrets.randbits(62)
    with tempfile.TemporaryDirectory(prefix="studyhub-grade-") as name:
        folder = Path(name)
        request = folders.prepare(folder, package=package, notebook=content, run_id=run_id, attempt=1, seed=seed)
        execute(folder, request, warm=False)
        # Read back as the site reads it, so that both say the same of the same notebook.
        stored = FolderAttempt(folder)
        result = folders.read_result(stored)
        if result is None:
            raise CommandError("The runner left no result.", returncode=1)
        report = report_on(result, package=package, seed=seed, stored=stored)
    score = score_of(report)
    max_score = round(report.max_score if report else package.spec().max_score, 2)
    verdict = verdict_of(result.outcome, score, max_score)
    if result.detail:
        sys.stderr.write(f"{result.detail}\n")
    return {
        "exercise": package.slug,
        "state": "done",
        "verdict": str(verdict),
        "reason": result.reason or VERDICTS[verdict].text,
        "score": score,
        "max_score": max_score,
        "checks": [_check(check) for check in (report.checks if report else ())],
        "cells": [_cell(cell) for cell in result.cells],
        "timing": _timing(result, time.perf_counter() - started),
        "resources": {"peak_mb": result.resources.peak_mb, "cpu_s": result.resources.cpu_s},
        "environment": result.environment,
    }


def _check(check: CheckOutcome) -> dict[str, Any]:
    """What a check found; where it has not passed, what differs from what was expected, else what was compared."""
    differences = [
        {"name": kinds.name, "what": row.what, "expected": row.expected, "yours": row.yours}
        for kinds in check.lesson.kinds
        for row in kinds.rows
        if not row.same
    ]
    table = None if check.passed or differences else as_table(check.compared, check.message)
    return {
        "id": check.id,
        "points": round(check.points, 2),
        "max_points": check.max_points,
        "passed": check.passed,
        "message": check.message,
        "differences": differences,
        "compared": {"headings": table.headings, "rows": table.rows} if table else None,
    }


def _cell(cell: CellReport) -> dict[str, Any]:
    return {"index": cell.index, "status": str(cell.status), "seconds": cell.seconds}


def _timing(result: RunResult, total_s: float) -> dict[str, float]:
    """Seconds: all of it, what the learner's cells took, and the rest, which is ours."""
    cells_s = sum(cell.seconds for cell in result.cells)
    return {"total_s": round(total_s, 3), "cells_s": round(cells_s, 3), "overhead_s": round(total_s - cells_s, 3)}


def _in_words(verdict: dict[str, Any]) -> str:
    lines = [
        f"{verdict['exercise']}: {VERDICTS[verdict['verdict']].title}",
        f"{verdict['score']:g} of {verdict['max_score']:g} points",
        verdict["reason"],
        *(line for check in verdict["checks"] for line in _check_in_words(check)),
        f"{verdict['timing']['total_s']:.2f} s, of which the cells took {verdict['timing']['cells_s']:.2f} s",
    ]
    return "\n".join(lines)


def _check_in_words(check: dict[str, Any]) -> Iterator[str]:
    said = f" – {check['message']}" if check["message"] else ""
    yield f"  [{'x' if check['passed'] else ' '}] {check['id']}: {check['points']:g} of {check['max_points']:g}{said}"
    for one in check["differences"]:
        name = f"{one['name']}: " if one["name"] else ""
        yield f"        {name}{one['what']}: expected {one['expected']}; yours {one['yours']}"
    if table := check["compared"]:
        for row in table["rows"]:
            cells = zip_longest(table["headings"], row, fillvalue="")
            yield "        " + "; ".join(": ".join(part for part in cell if part) for cell in cells)
