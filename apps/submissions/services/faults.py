"""What the platform does about its own faults: try again, and at last own up to them. Neither costs an attempt."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from studyhub import tally

from .. import bell
from ..constants import Files, State, Verdict
from ..messages import REASONS
from ..models import Run
from ..states import move
from .publishing import failed, tell_learner
from .trials import trial_ended

logger = logging.getLogger(__name__)


def next_attempt(run: Run) -> dict[str, Any]:
    """What a run is set to when it is queued again: results of earlier attempts are refused from then on."""
    return {
        "attempt": run.attempt + 1,
        "released_at": None,
        "started_at": None,
        "heartbeat_at": None,
        "grading_at": None,
        "finished_at": None,
        "elapsed_s": 0.0,
        "progress": {},
        "verdict": "",
        "reason": "",
        "score": None,
        "files": Files.ALL,
    }


def fault(run: Run, *, kind: str, detail: str) -> bool:
    """Queue `run` again after a fault of ours, or end it after too many; `kind` is a key of messages.REASONS.

    False where somebody else has moved it on. An attempt that may still be alive somewhere is told to stop.
    """
    # The detail stays with the run, where staff find it: a runner wrote it, or it quotes a notebook.
    logger.error("Run %s, attempt %s: our fault (%s)", run.pk, run.attempt, kind)
    if run.faults >= settings.RUN_PLATFORM_RETRIES:
        return give_up(run, kind=kind, detail=detail)
    tally.count("faults", kind)
    superseded, may_live = run.attempt, run.released_at is not None
    changes = next_attempt(run) | {"faults": run.faults + 1, "detail": detail}
    if not move(run, to=State.QUEUED, why=f"Our fault, trying again: {REASONS[kind]}", **changes):
        return False
    if may_live:
        stop_runner(run, superseded)
    bell.send_on_commit(bell.RELEASE_TASK)
    return True


def give_up(run: Run, *, kind: str, detail: str) -> bool:
    """End `run` by our fault: no score that counts, no attempt used up. False where somebody else has moved it on."""
    logger.error("Run %s ended by our fault (%s)", run.pk, kind)
    tally.count("faults", kind)
    was_out = run.state in {State.QUEUED, State.RUNNING} and run.released_at is not None
    with transaction.atomic():
        ended = move(
            run,
            to=State.DONE,
            why=f"Ended by our fault: {REASONS[kind]}",
            verdict=Verdict.PLATFORM_ERROR,
            reason=REASONS[kind],
            detail=detail,
            score=0.0,
            finished_at=timezone.now(),
        )
        if ended:
            trial_ended(run)
        if ended and not run.trial:
            failed(run)
            tell_learner(run)
    if ended and was_out:
        stop_runner(run, run.attempt)
    if ended:
        bell.send_on_commit(bell.RELEASE_TASK)
    return ended


def stop_runner(run: Run, attempt: int) -> None:
    """Tell whoever still works on this attempt to stop, once the move that made it pointless is committed.

    Where the store can't be reached the runner goes on for nothing; its result is refused all the same.
    """
    stored = run.stored_at(attempt)

    def stop() -> None:
        try:
            stored.cancel()
        except OSError as error:
            logger.warning("Run %s, attempt %s can't be told to stop: %s", run.pk, attempt, error)

    transaction.on_commit(stop)
