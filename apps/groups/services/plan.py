"""Changes of a group's plan: its meetings and what is to be done for them. What was taken away can be put back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.core import serializers
from django.core.serializers.base import DeserializationError
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.notifications import notify

from ..models import Assignment, Extension, Group, Meeting

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.catalog.models import Resource
    from apps.exercises.models import Exercise
    from apps.quizzes.models import Quiz

Taken = list[str]  # what `put_back` asks for: rows as text


def add_meeting(*, group: Group, fields: Mapping[str, Any]) -> Meeting:
    """A new meeting, of which nobody is told: a plan is often made in one go."""
    return Meeting.objects.create(group=group, **fields)


def change_meeting(*, meeting: Meeting, by: User, fields: Mapping[str, Any]) -> None:
    """Change it, and tell the others where they would else come at a wrong time or to a wrong place."""
    before = Meeting.objects.get(pk=meeting.pk)
    with transaction.atomic():
        values = {**fields, "sequence": F("sequence") + 1, "changed_at": timezone.now()}
        Meeting.objects.filter(pk=meeting.pk).update(**values)
        meeting.refresh_from_db()
        moved = (before.starts_at, before.place) != (meeting.starts_at, meeting.place)
        if moved and max(before.ends_at, meeting.ends_at) > timezone.now():
            _tell_others(meeting, by, _other_time if before.starts_at != meeting.starts_at else _other_place)


def delete_meeting(*, meeting: Meeting, by: User) -> Taken:
    """Take a meeting off the plan; what was to be done for it stays, without a meeting."""
    with transaction.atomic():
        assignments = list(meeting.assignments.all())
        taken = [serializers.serialize("json", [meeting]), serializers.serialize("json", assignments)]
        Assignment.objects.filter(meeting=meeting).update(changed_at=timezone.now())
        if meeting.ends_at > timezone.now():
            _tell_others(meeting, by, _cancelled)
        meeting.delete()
    return taken


def remove(*, assignment: Assignment) -> Taken:
    """Take one thing off the plan, with the extensions that were given for it."""
    with transaction.atomic():
        taken = [
            serializers.serialize("json", [assignment]),
            serializers.serialize("json", assignment.extensions.all()),
        ]
        assignment.delete()
    return taken


def put_back(*, group: Group, taken: Taken, by: User) -> bool:
    """Undo `delete_meeting` or `remove`. False where the plan has moved on, so that it doesn't fit any more."""
    try:
        with transaction.atomic():
            for rows in taken:
                for row in serializers.deserialize("json", rows):
                    _put_back_row(group, row.object)
                    if isinstance(row.object, Meeting) and row.object.ends_at > timezone.now():
                        _tell_others(row.object, by, _after_all)
    except (IntegrityError, DeserializationError):
        return False
    return True


def _put_back_row(group: Group, row: Any) -> None:
    """One row as it was. What hung on a deleted meeting goes back to it only where it hangs on nothing else now."""
    if isinstance(row, Meeting) and row.group_id == group.pk:
        row.sequence += 1
        row.save(force_insert=True)
    elif isinstance(row, Assignment) and row.group_id == group.pk:
        current = Assignment.objects.filter(pk=row.pk).first()
        if current is None:
            gone = row.meeting_id and not Meeting.objects.filter(pk=row.meeting_id).exists()
            row.meeting_id = None if gone else row.meeting_id
            row.save(force_insert=True)
        elif current.meeting_id is None:
            Assignment.objects.filter(pk=row.pk).update(meeting=row.meeting_id, changed_at=timezone.now())
    elif isinstance(row, Extension):
        row.save(force_insert=True)


def add(
    *, group: Group, meeting: Meeting | None, items: Iterable[Resource | Quiz | Exercise], **fields: Any
) -> list[Assignment]:
    """Put `items` at the end of what is to be done for `meeting`; what is on the plan already is left out."""
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)  # of two leads who add the same thing one comes second
        place = _last_place(group, meeting)
        here = {
            (name, pk)
            for row in group.assignments.values("resource_id", "quiz_id", "exercise_id")
            for name, pk in row.items()
        }
        made = []
        for item in items:
            kind = item._meta.model_name
            if (f"{kind}_id", item.pk) in here:
                continue
            here.add((f"{kind}_id", item.pk))
            place += 1
            made.append(
                Assignment.objects.create(group=group, meeting=meeting, position=place, **{str(kind): item}, **fields)
            )
    return made


def change(*, assignment: Assignment, fields: Mapping[str, Any]) -> None:
    """Another note, date or meeting; in another meeting it comes last."""
    with transaction.atomic():
        values: dict[str, Any] = {**fields, "changed_at": timezone.now()}
        meeting = fields.get("meeting", assignment.meeting)
        if meeting != Assignment.objects.get(pk=assignment.pk).meeting:
            values["position"] = _last_place(assignment.group, meeting) + 1
        Assignment.objects.filter(pk=assignment.pk).update(**values)
    assignment.refresh_from_db()


def place(*, assignment: Assignment, meeting: Meeting | None, before: Assignment | None = None) -> None:
    """Move it to `meeting`, in front of `before`, or last."""
    with transaction.atomic():
        group = Group.objects.select_for_update().get(pk=assignment.group_id)
        rows = [one for one in group.assignments.filter(meeting=meeting) if one.pk != assignment.pk]
        index = next((n for n, one in enumerate(rows) if before and one.pk == before.pk), len(rows))
        rows.insert(index, assignment)
        Assignment.objects.filter(pk=assignment.pk).exclude(meeting=meeting).update(changed_at=timezone.now())
        for position, one in enumerate(rows):
            one.meeting, one.position = meeting, position
        Assignment.objects.bulk_update(rows, ["meeting", "position"])


def step(*, assignment: Assignment, down: bool) -> None:
    """Move it one place up or down; beyond the end of its meeting it goes to the neighbouring one."""
    group = assignment.group
    stops: list[Meeting | None] = [*group.meetings.all(), None]
    rows = list(group.assignments.filter(meeting=assignment.meeting))
    here, row = stops.index(assignment.meeting), rows.index(assignment)
    if down and row + 1 < len(rows):
        after = rows[row + 2] if row + 2 < len(rows) else None
        place(assignment=assignment, meeting=assignment.meeting, before=after)
    elif not down and row > 0:
        place(assignment=assignment, meeting=assignment.meeting, before=rows[row - 1])
    elif down and here + 1 < len(stops):
        first = group.assignments.filter(meeting=stops[here + 1]).first()
        place(assignment=assignment, meeting=stops[here + 1], before=first)
    elif not down and here > 0:
        place(assignment=assignment, meeting=stops[here - 1])


def _last_place(group: Group, meeting: Meeting | None) -> int:
    last = group.assignments.filter(meeting=meeting).aggregate(last=Max("position"))["last"]
    return -1 if last is None else int(last)


def _other_time() -> str:
    return _("%(group)s: the meeting “%(meeting)s” has another time.")


def _other_place() -> str:
    return _("%(group)s: the meeting “%(meeting)s” has another place.")


def _cancelled() -> str:
    return _("%(group)s: the meeting “%(meeting)s” was cancelled.")


def _after_all() -> str:
    return _("%(group)s: the meeting “%(meeting)s” takes place after all.")


def _tell_others(meeting: Meeting, by: User, text: Callable[[], str]) -> None:
    group, names = meeting.group, {"group": str(meeting.group), "meeting": str(meeting)}
    others = [one.user for one in group.memberships.current().exclude(user=by).select_related("user")]
    notify(others, kind="plan", text=lambda: text() % names, url=reverse("groups:plan", args=[group.slug]))
