"""What hand-ins tell of a learner's practice: the days on which there was one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from apps.quizzes.practice import days_of

from .models import Submission

if TYPE_CHECKING:
    from apps.accounts.models import User


def days_handed_in(user: User, since: datetime, zone: tzinfo) -> Iterable[date]:
    """The days on which the learner handed something in (one query)."""
    return days_of(Submission.objects.filter(user=user, created_at__gte=since), "created_at", zone)
