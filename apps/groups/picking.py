"""What a lead may put on a plan: everything on offer, by track and section, with what is on it already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from apps.catalog.models import Section, Track

from .models import Group

if TYPE_CHECKING:
    from apps.catalog.models import Resource
    from apps.exercises.models import Exercise
    from apps.quizzes.models import Quiz


@dataclass(frozen=True)
class Offer:
    """One thing that may be planned; `key` is what its box in the form says."""

    item: Any
    kind: str
    planned: bool

    @property
    def key(self) -> str:
        """`resource-12`."""
        return f"{self.kind}-{self.item.pk}"

    @property
    def kind_told(self) -> str:
        """What it is, in a word."""
        if self.kind == "resource":
            return str(self.item.get_kind_display()).lower()
        return gettext("quiz") if self.kind == "quiz" else gettext("exercise")


@dataclass(frozen=True)
class Shelf:
    """A section and what is on offer in it."""

    section: Section
    offers: list[Offer]

    @property
    def left(self) -> int:
        """How many of them are not planned yet."""
        return sum(not one.planned for one in self.offers)


def shelves(group: Group, search: str) -> list[tuple[Track, list[Shelf]]]:
    """Tracks with the sections in which something is found, all for an empty `search` (six queries)."""
    words = search.lower().split()
    here = planned_keys(group)
    found = []
    for track in Track.objects.with_contents():
        in_track = []
        for section in track.sections.all():
            offers = [
                Offer(item, kind, f"{kind}-{item.pk}" in here)
                for kind, item in _items(section)
                if all(word in f"{item.title} {section.title} {track.title}".lower() for word in words)
            ]
            if offers:
                in_track.append(Shelf(section, offers))
        if in_track:
            found.append((track, in_track))
    return found


def planned_keys(group: Group) -> set[str]:
    """The keys of what is on the plan."""
    rows = group.assignments.values("resource_id", "quiz_id", "exercise_id")
    return {f"{name.removesuffix('_id')}-{pk}" for row in rows for name, pk in row.items() if pk}


def picked(keys: Iterable[str], section: str) -> list[Resource | Quiz | Exercise]:
    """What the boxes say and all of `section` (a key, or empty), in the order of the curriculum."""
    chosen = set(keys)
    return [
        item
        for track in Track.objects.with_contents()
        for one in track.sections.all()
        for kind, item in _items(one)
        if str(one.pk) == section or f"{kind}-{item.pk}" in chosen
    ]


def _items(section: Section) -> Iterator[tuple[str, Any]]:
    """First what to watch and read, then what to answer, then what to build."""
    yield from (("resource", one) for one in section.resources.all())
    yield from (("quiz", one) for one in section.quizzes.all())  # type: ignore[attr-defined]
    yield from (("exercise", one) for one in section.exercises.all())  # type: ignore[attr-defined]
