"""What a check teaches beside its message: kinds that differ, numbers under a picture, where to look again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F

from apps.catalog.models import Concept, Resource

from .compared import Compared, as_table

if TYPE_CHECKING:
    from .models import CheckResult


@dataclass(frozen=True)
class Difference:
    """One respect in which a value was looked at, in words."""

    what: str
    expected: str
    yours: str
    same: bool


@dataclass(frozen=True)
class Kinds:
    """A value that is not right, beside what was expected; `name` where the learner's function gives several."""

    name: str
    rows: list[Difference]


@dataclass(frozen=True)
class Again:
    """Where to look again: a concept, a resource that teaches it, and the time in that or an empty text."""

    concept: Concept | None = None
    resource: Resource | None = None
    at: str = ""


def kinds_in(lesson: dict[str, Any]) -> list[Kinds]:
    """The values that are not right."""
    return [Kinds(one["name"], [Difference(**row) for row in one["rows"]]) for one in lesson.get("kinds", ())]


def numbers_in(lesson: dict[str, Any]) -> Compared | None:
    """The numbers under the picture."""
    return as_table({name: lesson[name] for name in ("columns", "rows") if name in lesson})


def where_to_look(results: Iterable[CheckResult], *, track: int) -> dict[str, Again]:
    """By the check's id, for those that have not passed: at most three queries, whatever their number.

    The resource is the one that the check names; else one that teaches its concept, of the exercise's own track
    (`track` is its key) if there is one there, a required one first.
    """
    lessons = {one.check_id: one.lesson for one in results if not one.passed and one.lesson}
    named = {slug for lesson in lessons.values() if (slug := _named(lesson))}
    concepts = {slug for lesson in lessons.values() if (slug := lesson.get("concept"))}
    known = {one.slug: one for one in Concept.objects.current().filter(slug__in=concepts)} if concepts else {}
    teaching = _teaching(set(known), track) if known else {}
    current = Resource.objects.current().select_related("section__track")
    resources = {one.slug: one for one in current.filter(slug__in=named)} if named else {}
    found = {}
    for check, lesson in lessons.items():
        concept = known.get(lesson.get("concept", ""))
        resource = resources.get(_named(lesson))
        at = lesson["look_again"]["at"] if resource else ""
        again = Again(concept, resource or (teaching.get(concept.slug) if concept else None), at)
        if again.concept or again.resource:
            found[check] = again
    return found


def _named(lesson: dict[str, Any]) -> str:
    return str(lesson.get("look_again", {}).get("resource", ""))


def _teaching(concepts: set[str], track: int) -> dict[str, Resource]:
    rows = Resource.objects.current().filter(concepts__slug__in=concepts).annotate(teaches=F("concepts__slug"))
    found: dict[str, Resource] = {}
    for resource in sorted(rows.select_related("section__track"), key=lambda one: _distance(one, track)):
        found.setdefault(resource.teaches, resource)
    return found


def _distance(resource: Resource, track: int) -> tuple[bool, bool]:
    return resource.section.track_id != track, resource.optional
