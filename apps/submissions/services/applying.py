"""A regrade that was decided on: what each learner had becomes what they would get, one transaction a hand-in."""

from __future__ import annotations

import logging

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.notifications import notify

from ..constants import State
from ..models import CheckResult, LeaderboardEntry, Regrade, RegradeItem
from ..said import figure
from ..states import move
from .entries import recount
from .publishing import graded
from .reviewing import scored

logger = logging.getLogger(__name__)
CHANGED = "It has changed meanwhile: left as it is."
BROKEN = "It could not be applied: a fault of ours."


class ChangedMeanwhile(Exception):
    """The hand-in no longer stands as it did when it was compared."""


def apply_next(regrade: Regrade) -> bool:
    """Apply one item, or note why not; False where none is left.

    Of two who try the same one, one wins: what is applied is marked, and each run moves from where it was compared.
    """
    versions = ("run__version", "run__submission__exercise", "run__submission__user")
    items = regrade.items.to_apply(keep_higher=regrade.keep_higher).select_related(*versions, "trial")
    item = items.order_by("pk").first()
    if item is None:
        return False
    try:
        with transaction.atomic():
            if RegradeItem.objects.filter(pk=item.pk, applied=False).update(applied=True):
                _apply(item, regrade)
    except ChangedMeanwhile:
        _leave(item, CHANGED)
    except OperationalError:  # the database itself: it passes, and this item is tried again
        raise
    except Exception:  # whatever it is, it must not keep the regrade from the others
        logger.exception("Regrade %s: item %s can't be applied", regrade.pk, item.pk)
        _leave(item, BROKEN)
    return True


def _leave(item: RegradeItem, problem: str) -> None:
    RegradeItem.objects.filter(pk=item.pk, applied=False).update(problem=problem)


def _apply(item: RegradeItem, regrade: Regrade) -> None:
    """1. the run or its checks; 2. its entry; 3. who is told; 4. the standing, a score by hand, which entry counts."""
    item.regrade = regrade
    if item.trial is None:
        _rewrite(item)
    else:
        _replace(item)
    entered = _enter(item)
    run = item.trial or item.run
    if item.fate != "same":
        _tell(item)
        graded(run, by="regrade")
    scored(run)
    if entered:
        recount(exercise=item.run.submission.exercise, learner=item.run.submission.user_id)


def _rewrite(item: RegradeItem) -> None:
    """Another grade for the same run."""
    run = item.run
    changes = {
        "version": item.regrade.version,
        "score": item.new_score,
        "max_score": item.new_max,
        "verdict": item.new_verdict,
    }
    _move(item, changes)
    run.checks.all().delete()
    CheckResult.objects.bulk_create(CheckResult(run=run, **check) for check in item.new_checks)


def _replace(item: RegradeItem) -> None:
    """The new run counts from now on, and the first one no longer does."""
    _move(item, {"trial": True})
    trial = item.trial
    same = {"trial": True, "score": item.new_score}
    if trial.state != State.DONE or not move(trial, to=State.DONE, why=_why(item), only_if=same, trial=False):
        raise ChangedMeanwhile


def _move(item: RegradeItem, changes: dict[str, object]) -> None:
    """Raises ChangedMeanwhile where the run has another score by now, counts no longer, or runs again."""
    same = {"trial": False, "score": item.old_score, "max_score": item.old_max}
    if item.run.state != State.DONE or not move(item.run, to=State.DONE, why=_why(item), only_if=same, **changes):
        raise ChangedMeanwhile


def _why(item: RegradeItem) -> str:
    return f"Regraded: {item.regrade.reason}"


def _enter(item: RegradeItem) -> bool:
    """In a competition its entry gets the new figures; time and choice stay as they were. True where it is one."""
    run, submission = item.trial or item.run, item.run.submission
    old = LeaderboardEntry.objects.filter(run=item.run).first()
    if old:
        old.delete()
    if item.new_entry:
        LeaderboardEntry.objects.create(
            run=run,
            exercise_id=submission.exercise_id,
            user_id=submission.user_id,
            handed_in_at=submission.created_at,
            chosen_at=old.chosen_at if old else None,
            **item.new_entry,
        )
    return bool(old or item.new_entry)


def _tell(item: RegradeItem) -> None:
    regrade, submission = item.regrade, item.run.submission
    name = f"hand-in {submission.number} of {submission.exercise}"
    before, after = f"{item.old_score:g} of {item.old_max:g}", f"{item.new_score:g} of {item.new_max:g}"
    record(
        actor=regrade.decided_by,
        subject=submission.user,
        act="regrade",
        what=f"Regraded: {name}, from {before} to {after} points",
        why=regrade.reason,
        where=regrade.where,
        url=submission.get_absolute_url(),
    )

    def told() -> str:
        return _(
            "Your hand-in %(number)s of %(exercise)s was regraded: %(after)s points now, %(before)s before. "
            "Why: %(reason)s"
        ) % {
            "number": submission.number,
            "exercise": submission.exercise,
            "after": _points(item.new_score, item.new_max),
            "before": _points(item.old_score, item.old_max),
            "reason": regrade.reason,
        }

    notify([submission.user], kind="score", text=told, url=submission.get_absolute_url())


def _points(points: float, most: float) -> str:
    return _("%(points)s of %(most)s") % {"points": figure(f"{points:g}"), "most": figure(f"{most:g}")}
