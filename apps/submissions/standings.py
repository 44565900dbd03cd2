"""Where a learner stands with an exercise: one row, worked out anew whenever a hand-in, run or score changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from .constants import State, Verdict
from .models import CheckResult, Override, Run, Standing

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Of so many of the latest hand-ins the checks are read: a longer streak says nothing more.
STREAK_READ = 20
RUN_FIELDS = (
    "submission_id", "submission__created_at", "pk", "state", "verdict", "started_at", "finished_at", "score",
    "max_score",
)  # fmt: skip


@dataclass(frozen=True)
class HandIn:
    """What counts of one hand-in: its latest run, and the score that a lead gave instead of the run's."""

    submission: UUID
    created_at: datetime
    run: UUID
    state: str
    verdict: str
    started_at: datetime | None
    finished_at: datetime | None
    points: float | None
    max_points: float
    given: tuple[float, float, datetime] | None = None

    @property
    def used_an_attempt(self) -> bool:
        """As SubmissionQuerySet.counting: not after our fault, nor when cancelled before it began."""
        if self.state == State.CANCELLED:
            return self.started_at is not None
        return self.verdict != Verdict.PLATFORM_ERROR

    @property
    def share(self) -> float | None:
        """Of the points, 0 to 1; None without a score."""
        if self.given:
            return _share(*self.given[:2])
        scored = self.state == State.DONE and self.verdict != Verdict.PLATFORM_ERROR and self.points is not None
        return _share(self.points or 0.0, self.max_points) if scored else None

    @property
    def scored_at(self) -> datetime:
        """When it got the score that counts."""
        return self.given[2] if self.given else (self.finished_at or self.created_at)


@dataclass(frozen=True)
class Check:
    """What one check found in one run."""

    run: UUID
    check_id: str
    title: str
    passed: bool


def refresh(user_id: int, exercise_id: int) -> None:
    """Bring the row of one learner and exercise up to date, in the transaction of what changed (five queries).

    The row is locked before anything is read: of two at once the second one sees what the first one did.
    """
    with transaction.atomic():
        blank = {"latest_state": State.QUEUED, "latest_at": timezone.now()}
        rows = Standing.objects.select_for_update()
        standing, _ = rows.get_or_create(user_id=user_id, exercise_id=exercise_id, defaults=blank)
        row = Standing.objects.filter(pk=standing.pk)
        whose = {"submission__user": user_id, "submission__exercise": exercise_id}
        hand_ins = read_hand_ins(Run.objects.filter(trial=False, **whose), Override.objects.filter(**whose))
        if hand_ins:
            row.update(to_tidy=True, **summary(hand_ins, read_checks(hand_ins, CheckResult.objects.all())))
        else:
            row.delete()


def refresh_of(run: Run) -> None:
    """The same for the learner and the exercise of `run`."""
    refresh(run.submission.user_id, run.submission.exercise_id)


def read_hand_ins(runs: QuerySet[Any], overrides: QuerySet[Any]) -> list[HandIn]:
    """The hand-ins of one learner for one exercise, the first one first, from runs and overrides (two queries)."""
    active = overrides.filter(withdrawn_at__isnull=True)
    given = {row[0]: row[1:] for row in active.values_list("submission_id", "points", "max_points", "at")}
    latest: dict[UUID, HandIn] = {}
    for fields in runs.order_by("submission__number", "queued_at", "pk").values_list(*RUN_FIELDS):
        submission, created_at, *rest = fields
        latest[submission] = HandIn(submission, created_at, *rest, given=given.get(submission))
    return list(latest.values())


def read_checks(hand_ins: Sequence[HandIn], results: QuerySet[Any]) -> list[Check]:
    """What checks found in the latest hand-ins, in the order in which an exercise lists them (one query)."""
    runs = [one.run for one in hand_ins if one.state == State.DONE][-STREAK_READ:]
    fields = ("run_id", "check_id", "title", "passed")
    return [Check(*row) for row in results.filter(run_id__in=runs).order_by("position").values_list(*fields)]


def summary(hand_ins: Sequence[HandIn], checks: Sequence[Check]) -> dict[str, Any]:
    """The fields of a Standing. `hand_ins` are not empty, the first one first; of equal ones the earlier is best."""
    latest = hand_ins[-1]
    scored = [one for one in hand_ins if one.share is not None]
    best = max(scored, key=lambda one: one.share or 0.0, default=None)
    passed = [one.scored_at for one in scored if (one.share or 0.0) >= 1]
    failing, streak = _failing(hand_ins, checks)
    return {
        "attempts": sum(one.used_an_attempt for one in hand_ins),
        "best_id": best.submission if best else None,
        "best_share": best.share if best else None,
        "passed_at": min(passed, default=None),
        "latest_id": latest.submission,
        "latest_state": latest.state,
        "latest_verdict": latest.verdict,
        "latest_at": latest.created_at,
        "failing_check": failing.check_id if failing else "",
        "failing_title": failing.title if failing else "",
        "failing_streak": streak,
    }


def _failing(hand_ins: Sequence[HandIn], checks: Sequence[Check]) -> tuple[Check | None, int]:
    """The first check that the latest graded hand-in fails, and in how many of the latest ones in a row it fails.

    What ended before there was anything to compare has no checks, and neither breaks nor lengthens the row. A lead who
    gave all the points has overruled the checks.
    """
    found: dict[UUID, list[Check]] = {}
    for check in checks:
        found.setdefault(check.run, []).append(check)
    graded = [one for one in reversed(hand_ins) if one.run in found]
    failing: Check | None = None
    streak = 0
    for one in graded:
        overruled = one.given is not None and (one.share or 0.0) >= 1
        failed = [] if overruled else [check for check in found[one.run] if not check.passed]
        failing = failing or next(iter(failed), None)
        if failing is None or failing.check_id not in {check.check_id for check in failed}:
            break
        streak += 1
    return failing, streak


def _share(points: float, most: float) -> float:
    return min(1.0, max(0.0, points / most)) if most else 0.0
