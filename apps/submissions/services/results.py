"""What runners report: progress, then a result; and the grading of that result, on this side only."""

from __future__ import annotations

import logging
import math
import uuid
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from apps.runner.contract import CellStatus, Outcome, RunResult

from .. import bell, folders
from ..constants import State
from ..grading import checks_of, entry_of, report_on, score_of, verdict_of
from ..messages import HAS_RUN
from ..models import CheckResult, LeaderboardEntry, Run
from ..states import move
from .entries import recount
from .faults import fault, stop_runner
from .publishing import graded, tell_learner
from .reviewing import scored
from .trials import trial_ended

if TYPE_CHECKING:
    from apps.grading import GradeReport

logger = logging.getLogger(__name__)

PHASES = {"starting", "cells", "probe", "closing"}


def find_run(run_id: str) -> Run | None:
    """The run of that id with all that grading needs; None for an id that is none of ours."""
    try:
        pk = uuid.UUID(str(run_id))
    except ValueError:
        return None
    runs = Run.objects.select_related("submission__version__exercise", "version__exercise")
    return runs.filter(pk=pk).first()


def record_progress(*, progress: dict[str, Any]) -> bool:
    """Note what a runner says of the cells; its first message moves the run from queued to running.

    Progress of a superseded attempt, or of a run that has ended, is refused and its sender told to stop. A message
    that was overtaken by a later one renews the lease and changes nothing else.
    """
    run = find_run(progress.get("run_id", ""))
    attempt, elapsed = progress.get("attempt"), progress.get("elapsed_s")
    if run is None or type(attempt) is not int or not _is_seconds(elapsed) or progress.get("phase") not in PHASES:
        logger.warning("Progress that is not one of our runs' was refused")
        return False
    now = timezone.now()
    shown = {"phase": progress["phase"], "cell": _index(progress.get("cell"))}
    if shown["phase"] != "starting":
        # Where the learner's time begins to count: the first word after the start of the kernel says when.
        shown["starting_s"] = run.progress.get("starting_s", elapsed)
    news = {"progress": shown, "cells": _cells(progress.get("cells")), "elapsed_s": elapsed, "heartbeat_at": now}
    if attempt == run.attempt and run.state == State.QUEUED and run.released_at is not None:
        start = {"started_at": now - timedelta(seconds=elapsed)}
        if move(run, to=State.RUNNING, why="A runner took it up", **start, **news):
            return True
        run.refresh_from_db()
    if attempt == run.attempt and run.state == State.RUNNING:
        row = Run.objects.filter(pk=run.pk, state=State.RUNNING, attempt=attempt)
        if row.filter(elapsed_s__lte=elapsed).update(**news) or row.update(heartbeat_at=now):
            return True
        run.refresh_from_db()
    if 0 < attempt < run.attempt or (attempt == run.attempt and run.is_final):
        stop_runner(run, attempt)
    return False


def accept_result(*, run_id: str, attempt: int) -> bool:
    """Take in what an attempt came to, once. False where it is superseded, taken in already, or not there (yet).

    A finished run goes on to grading; a fault of ours is retried; a result that can't be read is a fault of ours.
    """
    run = find_run(run_id)
    if run is None or run.attempt != attempt or run.state not in {State.QUEUED, State.RUNNING}:
        logger.info("Late or foreign result refused: run %s, attempt %s", run_id, attempt)
        return False
    if run.released_at is None:
        return False
    try:
        result = folders.read_result(run.stored)
        if result is None:
            return False
        if (result.run_id, result.attempt) != (str(run.pk), run.attempt):
            raise folders.ResultUnreadable("result.json belongs to another run or attempt.")
    except folders.ResultUnreadable as error:
        return fault(run, kind="unreadable", detail=str(error))
    return _take_in(run, result)


@transaction.atomic
def _take_in(run: Run, result: RunResult) -> bool:
    """One transaction: a run of whose start nobody was told would look overdue between its two moves."""
    now = timezone.now()
    if run.state == State.QUEUED:
        start = {"started_at": run.released_at, "heartbeat_at": now}
        if not move(run, to=State.RUNNING, why="Its result came before any word of its start", **start):
            return False
    if result.outcome == Outcome.PLATFORM_ERROR:
        return fault(run, kind="runner", detail=result.detail or result.reason)
    told = {
        "reason": result.reason,
        "detail": result.detail,
        "cells": [asdict(cell) for cell in result.cells],
        "resources": asdict(result.resources),
        "environment": result.environment,
        "phases": result.phases_s,
        "error": result.error,
        "progress": {},
    }
    if result.outcome == Outcome.CANCELLED:
        moved = move(run, to=State.CANCELLED, why="The runner was told to stop", finished_at=now, **told)
        if moved:
            trial_ended(run)
        return moved
    why = HAS_RUN.get(result.outcome, "It has run to its end")
    moved = move(run, to=State.GRADING, why=why, grading_at=now, **told)
    if moved:
        bell.send_on_commit(bell.GRADE_TASK, str(run.pk), run.attempt)
        bell.send_on_commit(bell.RELEASE_TASK)
    return moved


def grade_run(*, run_id: str, attempt: int) -> bool:
    """Compare what the run made with the reference, and end it. False where that has been done, or is superseded.

    The comparison runs outside any transaction. Score, verdict and checks are written in one transaction behind one
    conditional UPDATE, so of two graders one wins. What is raised on the way is our fault: it is logged and noted
    for operators, and the reconciler grades again once the lease is over.
    """
    run = find_run(run_id)
    if run is None or run.attempt != attempt or run.state != State.GRADING:
        return False
    try:
        result = folders.read_result(run.stored)
        if result is None:
            raise folders.ResultUnreadable("The result is gone from the run store.")
        package = run.graded_by.package()
        report = report_on(result, package=package, seed=run.seed, stored=run.stored)
        return _finish(run, result, report)
    except Exception as error:  # whatever it is, the learner must not pay for it: noted, and tried again
        logger.exception("Run %s could not be graded", run.pk)
        noted = f"{type(error).__name__}: {error}"
        Run.objects.filter(pk=run.pk, state=State.GRADING, attempt=attempt).update(detail=noted)
        return False


def _finish(run: Run, result: RunResult, report: GradeReport | None) -> bool:
    max_score = round(report.max_score if report else run.max_score, 2)
    score = score_of(report)
    with transaction.atomic():
        ended = move(
            run,
            to=State.DONE,
            why="Graded",
            verdict=verdict_of(result.outcome, score, max_score),
            score=score,
            max_score=max_score,
            finished_at=timezone.now(),
        )
        if not ended:
            return False
        # A run that was queued again after our fault brings none; one that is graded twice never gets here.
        checks, entry = checks_of(report), entry_of(report)
        CheckResult.objects.bulk_create(CheckResult(run=run, **check) for check in checks)
        if run.trial:
            trial_ended(run, checks=checks, entry=entry)
        elif entry:
            LeaderboardEntry.objects.create(
                run=run,
                exercise_id=run.submission.exercise_id,
                user_id=run.submission.user_id,
                handed_in_at=run.submission.created_at,
                **entry,
            )
        scored(run)
        if not run.trial:
            graded(run)
            tell_learner(run)
        if entry and not run.trial:
            recount(exercise=run.submission.exercise, learner=run.submission.user_id)
    return True


def _is_seconds(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value) and value >= 0


def _index(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < folders.CELLS else None


def _cells(reported: Any) -> list[dict[str, Any]]:
    """The cells of a progress message as they are shown; what is not a cell report is left out."""
    if not isinstance(reported, list | tuple):
        return []
    statuses = set(CellStatus)
    return [
        {"index": cell["index"], "status": cell["status"], "seconds": cell["seconds"]}
        for cell in reported[: folders.CELLS]
        if isinstance(cell, dict)
        and _index(cell.get("index")) is not None
        and cell.get("status") in statuses
        and _is_seconds(cell.get("seconds"))
    ]
