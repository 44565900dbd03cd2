"""From a template to a plan: meetings at the rhythm that a group wants, each with what is to be done before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.catalog.models import Resource
from apps.exercises.models import Exercise
from apps.quizzes.models import Quiz

from ..clocks import rhythm
from ..models import Assignment, Group, Meeting
from ..plan_templates import ItemEntry, MeetingEntry, PlanEntry
from . import plan as services


@dataclass(frozen=True)
class Found:
    """One thing of a template that the curriculum has; `planned`: the group has it on its plan already."""

    entry: ItemEntry
    item: Any
    planned: bool


@dataclass(frozen=True)
class Foreseen:
    """A meeting of a template, and when it would be; None where that isn't known yet."""

    entry: MeetingEntry
    starts_at: datetime | None
    found: list[Found]


def foresee(*, group: Group, plan: PlanEntry, first: datetime | None, weeks: int) -> list[Foreseen]:
    """What `plan` would come to in `group` (four queries). What the curriculum no longer has is left out."""
    here = {
        (name.removesuffix("_id"), pk)
        for row in group.assignments.values("resource_id", "quiz_id", "exercise_id")
        for name, pk in row.items()
    }
    rows: dict[str, dict[str, Any]] = {
        "resource": _by_slug(Resource.objects.current().select_related("section__track"), plan, "resource"),
        "quiz": _by_slug(Quiz.objects.on_offer(), plan, "quiz"),
        "exercise": _by_slug(Exercise.objects.on_offer(), plan, "exercise"),
    }
    count = len(plan.meetings)
    times = rhythm(first, group.time_zone, weeks=weeks, count=count) if first else [None] * count
    return [
        Foreseen(
            meeting,
            starts_at,
            [
                Found(entry, item, (entry.kind, item.pk) in here)
                for entry in meeting.items
                if (item := rows[entry.kind].get(entry.slug))
            ],
        )
        for meeting, starts_at in zip(plan.meetings, times, strict=True)
    ]


def create(*, group: Group, plan: PlanEntry, first: datetime, weeks: int, place: str) -> list[Meeting]:
    """Make the meetings of `plan` and what is to be done for them; what the group has planned already stays there."""
    made = []
    with transaction.atomic():
        for foreseen in foresee(group=group, plan=plan, first=first, weeks=weeks):
            entry = foreseen.entry
            meeting = Meeting.objects.create(
                group=group,
                title=entry.title,
                starts_at=foreseen.starts_at,
                minutes=entry.minutes,
                place=place,
                agenda=entry.agenda,
            )
            rows = services.add(group=group, meeting=meeting, items=[one.item for one in foreseen.found])
            notes = {(one.entry.kind, one.item.pk): one.entry for one in foreseen.found}
            for row in rows:
                told = notes[str(row.item._meta.model_name), row.item.pk]
                row.optional, row.note = told.optional, told.note
            Assignment.objects.bulk_update(rows, ["optional", "note"])
            made.append(meeting)
    return made


def _by_slug(rows: Any, plan: PlanEntry, kind: str) -> dict[str, Any]:
    slugs = [item.slug for meeting in plan.meetings for item in meeting.items if item.kind == kind]
    return {row.slug: row for row in rows.filter(slug__in=slugs)}
