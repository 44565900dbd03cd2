"""Histories for a demonstration: hand-ins of the past, each graded for real from a run that really took place.

A solution is run once, in the sandbox; every hand-in of it brings a copy of that run's files through the ordinary
way (the upload's check, the result taken in, the grader), and only its times are moved back.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.exercises.build import notebook_bytes
from apps.runner.store import RESULT

from .. import folders, standings
from ..models import Run, Submission
from ..standings import refresh_of
from ..validation import read_notebook
from .handin import submit
from .results import accept_result, grade_run

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.exercises.models import Exercise
    from apps.exercises.package import ExercisePackage

QUEUED_S = 2.0


def seed_of(package: ExercisePackage, variant: str) -> int:
    """The seed of a solution's one run: the same wherever it is made."""
    return int.from_bytes(hashlib.sha256(f"{package.digest} {variant}".encode()).digest()[:7], "big")


def stored_run(package: ExercisePackage, variant: str, store: Path) -> Path:
    """The folder of a finished run of a variant ("reference", "mutant:<name>" …), run now where `store` has none.

    Raises OSError where the store can't be written.
    """
    from apps.runner.execute import execute

    folder = store / package.digest[:16] / variant.replace(":", "-")
    if not (folder / RESULT).is_file():
        shutil.rmtree(folder, ignore_errors=True)
        notebook = read_notebook(notebook_bytes(package, variant), exercise=package.slug, limit_mb=100)
        request = folders.prepare(
            folder,
            package=package,
            notebook=notebook.content,
            run_id=folder.name,
            attempt=1,
            seed=seed_of(package, variant),
        )
        execute(folder, request)
    return folder


def hand_in_past(*, user: User, exercise: Exercise, variant: str, at: datetime, store: Path) -> Submission:
    """Hand in a variant as if at `at`; graded when this returns, unless the control side is at it already.

    Raises UploadRefused as `submit` does.
    """
    package = exercise.current_version.package()
    source = stored_run(package, variant, store)
    with transaction.atomic():
        # Released in the same transaction: no runner takes it up. And now: what left weeks ago would count as lost.
        name, data = f"{exercise.slug}.ipynb", notebook_bytes(package, variant)
        submission = submit(user=user, exercise=exercise, filename=name, data=data)
        run = submission.runs.get()
        Run.objects.filter(pk=run.pk).update(released_at=timezone.now(), seed=seed_of(package, variant))
        _copy(source, run)
    accept_result(run_id=str(run.pk), attempt=run.attempt)
    grade_run(run_id=str(run.pk), attempt=run.attempt)
    with transaction.atomic():
        _move_back(submission, at)
        standings.refresh(user.pk, exercise.pk)
    return submission


def _copy(source: Path, run: Run) -> None:
    with run.stored.filling() as folder:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        path = folder / RESULT
        result = json.loads(path.read_text(encoding="utf-8"))
        result |= {"run_id": str(run.pk), "attempt": run.attempt}
        path.write_text(json.dumps(result), encoding="utf-8")


def _move_back(submission: Submission, at: datetime) -> None:
    run = submission.runs.get()
    started = at + timedelta(seconds=QUEUED_S)
    ended = started + timedelta(seconds=sum(cell["seconds"] for cell in run.cells))
    Submission.objects.filter(pk=submission.pk).update(created_at=at)
    times = {"queued_at": at, "released_at": at, "started_at": started, "heartbeat_at": ended, "grading_at": ended}
    Run.objects.filter(pk=run.pk).update(**times, finished_at=ended)
    for place, transition in enumerate(run.transitions.all()):
        transition.at = at if place == 0 else ended
        transition.save(update_fields=["at"])
    run_entry = getattr(run, "entry", None)
    if run_entry:
        run_entry.handed_in_at = at
        run_entry.save(update_fields=["handed_in_at"])
    refresh_of(run)
