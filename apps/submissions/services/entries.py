"""Which of a learner's entries in a competition counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from ..models import LeaderboardEntry

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.exercises.models import Exercise


def choose_entry(*, user: User, exercise: Exercise, entry: LeaderboardEntry | None) -> None:
    """Let `entry` count until another one is chosen; None: whichever is the best."""
    with transaction.atomic():
        LeaderboardEntry.objects.filter(user=user, exercise=exercise).update(chosen_at=None)
        if entry is not None:
            LeaderboardEntry.objects.filter(pk=entry.pk, user=user, exercise=exercise).update(chosen_at=timezone.now())
