"""Which of a learner's entries in a competition counts: the one chosen last, else the best by the public part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from ..competitions import ends_at, metric_of
from ..models import LeaderboardEntry, Standing

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.exercises.models import Exercise


def choose_entry(*, user: User, exercise: Exercise, entry: LeaderboardEntry | None) -> None:
    """Let `entry` count until another one is chosen; None: whichever is the best."""
    with transaction.atomic():
        LeaderboardEntry.objects.filter(user=user, exercise=exercise).update(chosen_at=None)
        if entry is not None:
            LeaderboardEntry.objects.filter(pk=entry.pk, user=user, exercise=exercise).update(chosen_at=timezone.now())
        recount(exercise=exercise, learner=user.pk)


def recount(*, exercise: Exercise, learner: int | None = None) -> None:
    """Mark the entries that count: of one learner, or of all, after a sync has changed the rules.

    In the transaction of what changed. A learner's standing is locked first: of two at once the second one sees what
    the first one did.
    """
    metric = metric_of(exercise)
    if metric is None:
        return
    with transaction.atomic():
        entries = LeaderboardEntry.objects.filter(exercise=exercise)
        if learner is not None:
            entries = entries.filter(user_id=learner)
            list(Standing.objects.select_for_update().filter(exercise=exercise, user_id=learner).values_list("pk"))
        end = ends_at(exercise)
        best = F("public").desc() if metric.higher_is_better else F("public").asc()
        place = Window(
            RowNumber(),
            partition_by=F("user_id"),
            order_by=[F("chosen_at").desc(nulls_last=True), best, "handed_in_at"],
        )
        in_time = entries.filter(handed_in_at__lt=end) if end else entries
        counting = in_time.annotate(place=place).filter(place=1).values("pk")
        entries.filter(counts=True).exclude(pk__in=counting).update(counts=False)
        entries.filter(counts=False, pk__in=counting).update(counts=True)
