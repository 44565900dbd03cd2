"""What is asked of review cards, each question under its own name."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import TruncDate

if TYPE_CHECKING:
    from apps.accounts.models import User

# Reviews of the last so many days make the retention figure.
RETENTION_DAYS = 30


class CardQuerySet(models.QuerySet[Any]):
    """Reads of cards."""

    def of(self, user: User) -> CardQuerySet:
        """The learner's cards whose questions are still asked."""
        return self.filter(user=user, question__retired=False, question__quiz__retired=False)

    def active(self, user: User) -> CardQuerySet:
        """Those that come up."""
        return self.of(user).filter(suspended=False)

    def due(self, user: User, now: datetime) -> CardQuerySet:
        """Those that should be met now, the longest overdue first."""
        return self.active(user).filter(due__lte=now).order_by("due", "pk")

    def forecast(self, user: User, now: datetime, days: int) -> list[tuple[date, int]]:
        """How many come up on each of the next `days` days; what is overdue counts today."""
        today = now.date()
        found = dict(
            self.active(user)
            .filter(due__lt=now + timedelta(days=days))
            .annotate(day=TruncDate("due"))
            .values_list("day")
            .annotate(n=Count("pk"))
        )
        overdue = sum(n for day, n in found.items() if day < today)
        listed = [today + timedelta(days=ahead) for ahead in range(days)]
        return [(day, found.get(day, 0) + (overdue if day == today else 0)) for day in listed]


class ReviewQuerySet(models.QuerySet[Any]):
    """Reads of reviews."""

    def of(self, user: User) -> ReviewQuerySet:
        """The learner's."""
        return self.filter(card__user=user)

    def repeated(self) -> ReviewQuerySet:
        """Those of a question that had been met before: only they say how much was kept."""
        return self.filter(before__isnull=False)

    def retention(self, user: User, now: datetime) -> float | None:
        """Of the latest repeated meetings, the share that was remembered; None where there was none."""
        repeated = self.of(user).repeated().filter(at__gt=now - timedelta(days=RETENTION_DAYS))
        found = repeated.aggregate(all=Count("pk"), remembered=Count("pk", filter=Q(rating__gt=1)))
        return found["remembered"] / found["all"] if found["all"] else None


class FittedQuerySet(models.QuerySet[Any]):
    """Reads of fitted parameters."""

    def in_use(self, user: User) -> tuple[float, ...]:
        """The learner's own parameters; empty where the library's are used."""
        return tuple(self.filter(user=user).values_list("parameters", flat=True).first() or ())
