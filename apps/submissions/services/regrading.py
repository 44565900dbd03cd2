"""Regrades: begun, worked on in slices in the background, then applied or discarded. Nothing counts before that.

A slice is short and ends by sending the message for the next one to the end of the queue, so a live hand-in is never
behind more than one of them; while one is under way, slices leave it most of the processor too. A slice that dies is
found by the reconciler; each item moves once, whoever does it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import bell
from ..constants import RegradeState
from ..models import CheckResult, Regrade, RegradeItem, Run
from .applying import apply_next
from .comparing import compare_next, stop_next
from .trials import close_if_compared

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.exercises.models import Exercise, ExerciseVersion

SLICE_S = 0.25
# Between two slices while a live hand-in waits, runs or is graded.
PAUSE_S = 1.0
WORK = {
    RegradeState.COMPARING: compare_next,
    RegradeState.APPLYING: apply_next,
    RegradeState.DISCARDED: stop_next,
}
KEPT = ("run_id", "check_id", "title", "points", "max_points", "passed")


class RegradeRefused(ValueError):
    """Why a regrade can't be begun, as a sentence for whoever wants it."""


def start(
    *,
    by: User,
    exercise: Exercise,
    version: ExerciseVersion,
    reason: str,
    users: Iterable[int] | None = None,
    where: str = "",
) -> Regrade:
    """Begin to compare what hand-ins of `exercise` have with what they would get by `version`.

    All hand-ins with a score that `version` did not give, or those of `users` (keys). Raises RegradeRefused.
    """
    runs = Run.objects.to_regrade(exercise, version)
    if users is not None:
        runs = runs.filter(submission__user__in=list(users))
    try:
        with transaction.atomic():
            regrade = Regrade.objects.create(exercise=exercise, version=version, reason=reason, by=by, where=where)
            if not _add_items(regrade, runs):
                raise RegradeRefused(_("There is nothing to regrade: every hand-in was graded by this version."))
            bell.send_on_commit(bell.REGRADE_TASK, regrade.pk, regrade.slices)
    except IntegrityError as error:
        text = _("Another regrade of this exercise is open. It has to be applied or discarded first.")
        raise RegradeRefused(text) from error
    return regrade


def _add_items(regrade: Regrade, runs: Any) -> int:
    checks: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for check in CheckResult.objects.filter(run__in=runs.order_by().values("pk")).values(*KEPT):
        checks[check.pop("run_id")].append(check)
    items = [
        RegradeItem(regrade=regrade, run=run, old_score=run.score, old_max=run.max_score, old_checks=checks[run.pk])
        for run in runs.order_by("submission__created_at", "pk")
    ]
    return len(RegradeItem.objects.bulk_create(items, batch_size=500))


def work(*, pk: int, number: int) -> bool:
    """One slice: the next items, for SLICE_S. False where slice `number` is done, or somebody else's.

    The message for the next slice carries the next number: of two messages with the same one, one counts.
    """
    claim = {"slices": F("slices") + 1, "touched_at": timezone.now()}
    if not Regrade.objects.filter(pk=pk, slices=number, state__in=list(WORK)).update(**claim):
        return False
    regrade = Regrade.objects.select_related("exercise", "version", "decided_by").get(pk=pk)
    step = WORK[RegradeState(regrade.state)]
    until = time.monotonic() + SLICE_S
    left = True
    while left and time.monotonic() < until:
        left = step(regrade)
    bell.send(bell.RELEASE_TASK)
    if left:
        bell.send(bell.REGRADE_TASK, pk, number + 1, in_s=PAUSE_S if Run.objects.living().exists() else 0.0)
    elif regrade.state == RegradeState.COMPARING:
        close_if_compared(pk)
    elif regrade.state == RegradeState.APPLYING:
        ended = {"state": RegradeState.APPLIED, "ended_at": timezone.now()}
        Regrade.objects.filter(pk=pk, state=RegradeState.APPLYING, slices=number + 1).update(**ended)
    return True


def resume(now: datetime) -> int:
    """Ring again for regrades whose slice died. Returns for how many."""
    silent = Regrade.objects.silent(now, settings.RUN_GRADING_LEASE_S).values_list("pk", "slices")
    return sum(bell.send(bell.REGRADE_TASK, pk, slices) for pk, slices in silent)


def apply(*, regrade: Regrade, by: User, keep_higher: bool) -> bool:
    """Let it count, with `keep_higher` only for those who lose nothing. False where it is not, or no longer, ready."""
    decided = {"state": RegradeState.APPLYING, "keep_higher": keep_higher}
    return _decide(regrade, by, (RegradeState.READY,), decided)


def discard(*, regrade: Regrade, by: User) -> bool:
    """Let it come to nothing. False where it is applied or discarded already."""
    decided = {"state": RegradeState.DISCARDED, "ended_at": timezone.now()}
    return _decide(regrade, by, (RegradeState.COMPARING, RegradeState.READY), decided)


def _decide(regrade: Regrade, by: User, before: tuple[RegradeState, ...], decided: dict[str, Any]) -> bool:
    standing = Regrade.objects.filter(pk=regrade.pk, state__in=before)
    # A new number: a slice of what was going on before has no successor.
    if not standing.update(decided_by=by, slices=F("slices") + 1, touched_at=timezone.now(), **decided):
        return False
    regrade.refresh_from_db()
    bell.send_on_commit(bell.REGRADE_TASK, regrade.pk, regrade.slices)
    return True
