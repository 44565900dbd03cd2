"""An exercise's leaderboard: each learner's best entry, by the public part until the end, then by the private one."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import timezone

from .models import LeaderboardEntry

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.exercises.models import Exercise

SHOWN = 100


@dataclass(frozen=True)
class Row:
    """One learner's place. `name` is empty where they don't show it; `private` is empty before the end."""

    place: int
    name: str
    public: str
    private: str
    entries: int
    mine: bool


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
        """The first hundred, and the reader's own wherever it stands. Of equal ones the earlier is first."""
        return [row for row in self._places() if row.place <= SHOWN or row.mine]

    @cached_property
    def learners(self) -> int:
        """How many have entered."""
        return len(self._best)

    @cached_property
    def _best(self) -> list[tuple[LeaderboardEntry, int]]:
        """Each learner's entry that counts, the one with the best public figure, and how many they made."""
        entries = LeaderboardEntry.objects.filter(exercise=self.exercise).select_related("user")
        if self.ends_at:
            entries = entries.filter(handed_in_at__lt=self.ends_at)
        best: dict[int, LeaderboardEntry] = {}
        made: dict[int, int] = {}
        for entry in entries.order_by("handed_in_at"):
            made[entry.user_id] = made.get(entry.user_id, 0) + 1
            other = best.get(entry.user_id)
            if other is None or self._better(entry.public, other.public):
                best[entry.user_id] = entry
        return [(entry, made[user]) for user, entry in best.items()]

    def _better(self, one: float, other: float) -> bool:
        return one > other if self.metric.higher_is_better else one < other

    def _figure(self, entry: LeaderboardEntry) -> float:
        return entry.private if self.has_ended else entry.public

    def _places(self) -> Iterator[Row]:
        sign = -1 if self.metric.higher_is_better else 1
        ordered = sorted(self._best, key=lambda pair: (sign * self._figure(pair[0]), pair[0].handed_in_at))
        place, before = 0, None
        for number, (entry, made) in enumerate(ordered, 1):
            figure = self._figure(entry)
            place = place if figure == before else number
            before = figure
            mine = entry.user_id == self.reader.pk
            yield Row(
                place=place,
                name=entry.user.display_name if mine or entry.user.on_leaderboards else "",
                public=self.metric.show(entry.public),
                private=self.metric.show(entry.private) if self.has_ended else "",
                entries=made,
                mine=mine,
            )
