"""An exercise's leaderboard: each learner's entry that counts, by the public part until the end, then by the private.

What counts is the entry that its learner chose last, else the one with the best public figure.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import timezone

from .models import LeaderboardEntry
from .pseudonyms import pseudonym

if TYPE_CHECKING:
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
        self.rules: dict[str, Any] = exercise.current_version.manifest.get("competition") or {}
        competition = exercise.current_version.package().spec().competition if self.rules else None
        if competition is None:
            raise Http404("This exercise is no competition.")
        self.metric = competition.metric

    @cached_property
    def ends_at(self) -> datetime.datetime | None:
        """The first moment after it; None for one without an end."""
        if not self.rules.get("ends"):
            return None
        day = datetime.date.fromisoformat(self.rules["ends"]) + datetime.timedelta(days=1)
        return datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC)

    @property
    def last_day(self) -> datetime.date | None:
        """The day on whose evening it ends."""
        return datetime.date.fromisoformat(self.rules["ends"]) if self.rules.get("ends") else None

    @property
    def has_ended(self) -> bool:
        """Whether the private part decides now."""
        return self.ends_at is not None and timezone.now() >= self.ends_at

    @cached_property
    def rows(self) -> list[Row]:
        """The first hundred, and the reader's own wherever it stands. Of equal ones the earlier entry is ahead."""
        return [row for row in self._places() if row.place <= SHOWN or row.mine]

    @cached_property
    def learners(self) -> int:
        """How many have entered."""
        return len(self._counting)

    @cached_property
    def mine(self) -> list[OwnEntry]:
        """The reader's entries, the latest first; none for somebody who is not signed in."""
        mine = LeaderboardEntry.objects.filter(exercise=self.exercise, user_id=self.reader.pk)
        counting = next((entry.pk for entry, _ in self._counting if entry.user_id == self.reader.pk), None)
        return [
            OwnEntry(entry=entry, public=self.metric.show(entry.public), counts=entry.pk == counting)
            for entry in mine.select_related("run__submission").order_by("-handed_in_at")
        ]

    @property
    def my_pseudonym(self) -> str:
        """What others see of a reader who shows no name."""
        return pseudonym(self.exercise.slug, self.reader.pk)

    @cached_property
    def _counting(self) -> list[tuple[LeaderboardEntry, int]]:
        """Each learner's entry that counts, and how many they made."""
        entries = LeaderboardEntry.objects.filter(exercise=self.exercise).select_related("user")
        if self.ends_at:
            entries = entries.filter(handed_in_at__lt=self.ends_at)
        best: dict[int, LeaderboardEntry] = {}
        made: dict[int, int] = {}
        for entry in entries.order_by("handed_in_at"):
            made[entry.user_id] = made.get(entry.user_id, 0) + 1
            other = best.get(entry.user_id)
            if other is None or self._outranks(entry, other):
                best[entry.user_id] = entry
        return [(entry, made[user]) for user, entry in best.items()]

    def _outranks(self, one: LeaderboardEntry, other: LeaderboardEntry) -> bool:
        """Whether `one` counts rather than an earlier entry of the same learner."""
        if one.chosen_at or other.chosen_at:
            return bool(one.chosen_at) and (not other.chosen_at or one.chosen_at > other.chosen_at)
        return one.public > other.public if self.metric.higher_is_better else one.public < other.public

    def _figure(self, entry: LeaderboardEntry) -> float:
        return entry.private if self.has_ended else entry.public

    def _places(self) -> Iterator[Row]:
        sign = -1 if self.metric.higher_is_better else 1
        ordered = sorted(self._counting, key=lambda pair: (sign * self._figure(pair[0]), pair[0].handed_in_at))
        taken: Counter[str] = Counter()
        for place, (entry, made) in enumerate(ordered, 1):
            mine = entry.user_id == self.reader.pk
            shown = mine or entry.user.on_leaderboards
            name = entry.user.display_name if shown else pseudonym(self.exercise.slug, entry.user_id)
            taken[name] += not shown
            yield Row(
                place=place,
                name=f"{name} {taken[name]}" if not shown and taken[name] > 1 else name,
                is_pseudonym=not shown,
                public=self.metric.show(entry.public),
                private=self.metric.show(entry.private) if self.has_ended else "",
                entries=made,
                mine=mine,
            )
