"""What a hand-in would get by another version: from what its run left, or from a new run that does not count yet."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .. import folders
from ..asked import asks_the_same
from ..constants import Files, Lane, State
from ..grading import checks_of, entry_of, report_on, score_of, verdict_of
from ..models import Regrade, RegradeItem, Run, Transition
from ..states import move
from .faults import stop_runner
from .handin import terms_of
from .trials import findings, trial_ended

if TYPE_CHECKING:
    from apps.exercises.package import ExercisePackage
    from apps.runner.contract import RunResult

logger = logging.getLogger(__name__)
TRIES = 3
NEVER_ENDED = "Grading it never ended."
UNGRADABLE = "The new version could not grade it: a fault in the exercise."


def compare_next(regrade: Regrade) -> bool:
    """Compare one hand-in, or send it to be run again; False where all are on their way.

    It is marked before it is graded: one that kills its grader is given up after a few tries and holds up no other.
    """
    waiting = regrade.items.to_compare().order_by("pk")
    versions = ("run__version__exercise", "run__submission__version__exercise")
    item = waiting.select_related("regrade__version__exercise", *versions).first()
    if item is None:
        return False
    if item.tries >= TRIES:
        _settle(item, problem=NEVER_ENDED)
    elif regrade.items.to_compare().filter(pk=item.pk, tries=item.tries).update(tries=F("tries") + 1):
        _compare(item)
    return True


def _compare(item: RegradeItem) -> None:
    run, version = item.run, item.regrade.version
    try:
        package = version.package()
        package.spec().draw(run.seed)
    except Exception:  # an exercise's own code: whatever it raises is the version's fault, and nobody's score
        logger.exception("Run %s can't be graded by version %s", run.pk, version)
        _settle(item, problem=UNGRADABLE)
        return
    result = _stored_result(run, package)
    if result is None:
        _run_again(item)
        return
    try:
        report = report_on(result, package=package, seed=run.seed, stored=run.stored)
    except Exception:  # as above
        logger.exception("Run %s can't be graded by version %s", run.pk, version)
        _settle(item, problem=UNGRADABLE)
        return
    score, most = score_of(report), round(report.max_score if report else version.max_score, 2)
    verdict = verdict_of(result.outcome, score, most)
    found = {"score": score, "max_score": most, "verdict": verdict}
    _settle(item, **findings(**found, checks=checks_of(report), entry=entry_of(report)))


def _stored_result(run: Run, package: ExercisePackage) -> RunResult | None:
    """What the run left, where all of it is there and `package` asks just what was asked; else None."""
    if run.files != Files.ALL:
        return None
    try:
        result = folders.read_result(run.stored)
        if result is None or (result.run_id, result.attempt) != (str(run.pk), run.attempt):
            return None
        same = asks_the_same(run.stored, before=run.graded_by.package(), after=package, seed=run.seed)
    except Exception:  # an unreadable store, an old version that is gone: doubt means a new run
        logger.warning("Run %s: what it left can't be compared", run.pk, exc_info=True)
        return None
    return result if same else None


def _settle(item: RegradeItem, **found: Any) -> None:
    RegradeItem.objects.to_compare().filter(pk=item.pk).update(**found)


def _run_again(item: RegradeItem) -> None:
    """A run of its own in the low lane, with the seed of the first: what differs comes from the version."""
    with transaction.atomic():
        run = Run.objects.create(
            submission=item.run.submission,
            version=item.regrade.version,
            trial=True,
            lane=Lane.REGRADE,
            seed=item.run.seed,
            **terms_of(item.regrade.version),
        )
        if not RegradeItem.objects.to_compare().filter(pk=item.pk).update(trial=run):
            transaction.set_rollback(True)
            return
        why = "To be run by another version, for a regrade"
        Transition.objects.create(run=run, attempt=1, to_state=State.QUEUED, reason=why)


def stop_next(regrade: Regrade) -> bool:
    """Stop one run of a regrade that was discarded; False where none is under way."""
    item = regrade.items.to_stop().select_related("trial").order_by("pk").first()
    if item is None:
        return False
    run = item.trial
    with transaction.atomic():
        if move(run, to=State.CANCELLED, why="The regrade was discarded", finished_at=timezone.now()):
            trial_ended(run)
            if run.released_at is not None:
                stop_runner(run, run.attempt)
    return True
