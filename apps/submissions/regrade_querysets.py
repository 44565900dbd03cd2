"""What is asked of regrades, each question under its own name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Abs, Coalesce

from .constants import RegradeState, State

OPEN_STATES = (RegradeState.COMPARING, RegradeState.READY, RegradeState.APPLYING)
# A share of the points that differs by less than this is the same share.
SAME = 1e-6


class RegradeQuerySet(models.QuerySet[Any]):
    """Questions about regrades."""

    def open(self) -> RegradeQuerySet:
        """Those that have not come to an end."""
        return self.filter(state__in=OPEN_STATES)

    def silent(self, now: datetime, lease_s: float) -> RegradeQuerySet:
        """Those that have something left to do which nobody has touched for longer than a lease."""
        from .models import RegradeItem

        its = RegradeItem.objects.filter(regrade=OuterRef("pk"))
        # Where all wait for their runs there is nothing to do; where nothing waits it has to be closed.
        by_runs = Q(Exists(its.waiting()), ~Exists(its.to_compare()))
        left = (
            Q(~by_runs, state=RegradeState.COMPARING)
            | Q(state=RegradeState.APPLYING)
            | Q(Exists(its.to_stop()), state=RegradeState.DISCARDED)
        )
        return self.filter(left, touched_at__lt=now - timedelta(seconds=lease_s))


class RegradeItemQuerySet(models.QuerySet[Any]):
    """Questions about hand-ins in a regrade."""

    def waiting(self) -> RegradeItemQuerySet:
        """Neither compared nor given up."""
        return self.filter(new_score__isnull=True, problem="")

    def to_compare(self) -> RegradeItemQuerySet:
        """Those with which nobody has begun; others wait for their run."""
        return self.waiting().filter(trial__isnull=True)

    def to_apply(self, *, keep_higher: bool) -> RegradeItemQuerySet:
        """Compared and not applied; with `keep_higher` without those that would lose."""
        ready = self.compared().filter(applied=False)
        return ready.exclude(fate="loses") if keep_higher else ready

    def to_stop(self) -> RegradeItemQuerySet:
        """Those of which a run waits or runs; grading takes a moment and is not interrupted."""
        return self.filter(trial__trial=True, trial__state__in=[State.QUEUED, State.RUNNING])

    def compared(self) -> RegradeItemQuerySet:
        """Those with a new score."""
        return self.with_fate().filter(new_score__isnull=False, problem="")

    def with_fate(self) -> RegradeItemQuerySet:
        """Annotated with `fate`: "gains", "loses" or "same" by the share of the points; "problem"; "waiting"."""
        change = F("new_score") * F("old_max") - F("old_score") * F("new_max")
        return self.annotate(
            change=models.ExpressionWrapper(change, models.FloatField()),
            fate=Case(
                When(~Q(problem=""), then=Value("problem")),
                When(new_score__isnull=True, then=Value("waiting")),
                When(change__gt=SAME, then=Value("gains")),
                When(change__lt=-SAME, then=Value("loses")),
                default=Value("same"),
            ),
        )

    def by_change(self) -> RegradeItemQuerySet:
        """Annotated for the order of the page: whether it loses, whether it gains, and how much the share changes."""
        share = Coalesce(F("change"), 0.0) / (F("old_max") * Coalesce(F("new_max"), 1.0))
        return self.annotate(
            fate_loses=Case(When(fate="loses", then=1), default=0),
            fate_gains=Case(When(fate="gains", then=1), default=0),
            size=models.ExpressionWrapper(Abs(share), models.FloatField()),
        )
