"""An exercise's leaderboard: each learner's entry that counts, by the public part until the end, then by the private.

What counts is the entry that its learner chose last, else the one with the best public figure.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.http import Http404
from django.utils import timezone

from .competitions import ends_at, last_day, metric_of, rules_of
from .models import LeaderboardEntry
from .pseudonyms import pseudonym

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User
    from apps.exercises.models import Exercise

SHOWN = 100


@dataclass(frozen=True)
class Row:
    """One learner's place. Who shows no name has a pseudonym; `private` is empty before the end."""

    place: int
    name: str
    is_pseudonym: bool
    public: str
    private: str
    entries: int
    mine: bool


@dataclass(frozen=True)
class OwnEntry:
    """One entry of the reader's, and whether it is the one that counts."""

    entry: LeaderboardEntry
    public: str
    counts: bool


class Leaderboard:
    """What the page of a competition says. Raises Http404 for an exercise that is none."""

    def __init__(self, exercise: Exercise, reader: User | Any) -> None:
        self.exercise, self.reader = exercise, reader
        self.rules = rules_of(exercise)
        metric = metric_of(exercise)
        if metric is None:
            raise Http404("This exercise is no competition.")
        self.metric = metric

    @cached_property
    def ends_at(self) -> datetime.datetime | None:
        """The first moment after it; None for one without an end."""
        return ends_at(self.exercise)

    @property
    def last_day(self) -> datetime.date | None:
        """The day on whose evening it ends."""
        return last_day(self.exercise)

    @property
    def has_ended(self) -> bool:
        """Whether the private part decides now."""
        return self.ends_at is not None and timezone.now() >= self.ends_at

    @cached_property
    def rows(self) -> list[Row]:
        """The first hundred, and the reader's own wherever it stands. Of equal ones the earlier entry is ahead."""
        placed = list(enumerate(self._in_order[:SHOWN], 1))
        if self._own and self._own.pk not in {entry.pk for _, entry in placed}:
            placed.append((self._ahead_of(self._own).count() + 1, self._own))
        made = self._made([entry.user_id for _, entry in placed])
        taken: Counter[str] = Counter()
        return [self._row(place, entry, made[entry.user_id], taken) for place, entry in placed]

    @cached_property
    def learners(self) -> int:
        """How many have entered."""
        return self._counting.count()

    @cached_property
    def mine(self) -> list[OwnEntry]:
        """The reader's entries, the latest first; none for somebody who is not signed in."""
        mine = LeaderboardEntry.objects.filter(exercise=self.exercise, user_id=self.reader.pk)
        counting = self._own.pk if self._own else None
        return [
            OwnEntry(entry=entry, public=self.metric.show(entry.public), counts=entry.pk == counting)
            for entry in mine.select_related("run__submission").order_by("-handed_in_at")
        ]

    @property
    def my_pseudonym(self) -> str:
        """What others see of a reader who shows no name."""
        return pseudonym(self.exercise.slug, self.reader.pk)

    @property
    def _counting(self) -> QuerySet[LeaderboardEntry]:
        """Each learner's entry that counts."""
        entries = LeaderboardEntry.objects.filter(exercise=self.exercise, counts=True)
        return entries.filter(handed_in_at__lt=self.ends_at) if self.ends_at else entries

    @property
    def _in_order(self) -> QuerySet[LeaderboardEntry]:
        """The same, the first place first."""
        sign = "-" if self.metric.higher_is_better else ""
        return self._counting.select_related("user").order_by(sign + self._figure, "handed_in_at")

    @cached_property
    def _own(self) -> LeaderboardEntry | None:
        """The reader's entry that counts."""
        return self._counting.select_related("user").filter(user_id=self.reader.pk).first()

    @property
    def _figure(self) -> str:
        """Which of the two decides now."""
        return "private" if self.has_ended else "public"

    def _ahead_of(self, entry: LeaderboardEntry) -> QuerySet[LeaderboardEntry]:
        """Those with a better place than `entry`."""
        name, figure = self._figure, getattr(entry, self._figure)
        better = "gt" if self.metric.higher_is_better else "lt"
        equal = Q(**{name: figure}, handed_in_at__lt=entry.handed_in_at)
        return self._counting.filter(Q(**{f"{name}__{better}": figure}) | equal)

    def _made(self, learners: list[int]) -> dict[int, int]:
        """How many entries each of them made."""
        entries = LeaderboardEntry.objects.filter(exercise=self.exercise, user_id__in=learners)
        if self.ends_at:
            entries = entries.filter(handed_in_at__lt=self.ends_at)
        return dict(entries.order_by().values_list("user_id").annotate(Count("pk")))

    def _row(self, place: int, entry: LeaderboardEntry, made: int, taken: Counter[str]) -> Row:
        """Its row; `taken` counts the pseudonyms above it."""
        mine = entry.user_id == self.reader.pk
        shown = mine or entry.user.on_leaderboards
        name = entry.user.display_name if shown else pseudonym(self.exercise.slug, entry.user_id)
        taken[name] += not shown
        return Row(
            place=place,
            name=f"{name} {taken[name]}" if not shown and taken[name] > 1 else name,
            is_pseudonym=not shown,
            public=self.metric.show(entry.public),
            private=self.metric.show(entry.private) if self.has_ended else "",
            entries=made,
            mine=mine,
        )
