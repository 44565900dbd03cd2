"""What the plan of a group shows its reader: each meeting with what is to be done for it, in order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone

from .calendar import address_of
from .models import Assignment, Group, Meeting, Membership
from .own_work import OwnItem, own_work


@dataclass(frozen=True)
class Planned:
    """A meeting, or none, and what is to be done for it."""

    meeting: Meeting | None
    items: list[OwnItem]

    @property
    def open(self) -> int:
        """How many of them the reader has still to do."""
        return sum(not item.progress.is_done and not item.assignment.optional for item in self.items)


class PlanPage:
    """One group's plan for one member (six queries)."""

    def __init__(self, membership: Membership) -> None:
        self.membership, self.group, self.now = membership, membership.group, timezone.now()

    @property
    def zone(self) -> str:
        """By which clock the reader reads times."""
        return self.membership.zone

    @property
    def has_own_zone(self) -> bool:
        """Whether that is the reader's own choice."""
        return bool(self.membership.user.time_zone)

    @property
    def feed(self) -> str:
        """The path of the reader's calendar."""
        return address_of(self.membership)

    @cached_property
    def planned(self) -> list[Planned]:
        """All meetings, the earliest first, and last what hangs on none."""
        assignments = self.group.assignments.with_items()
        items = own_work(user=self.membership.user, assignments=assignments, now=self.now)
        by_meeting: dict[int | None, list[OwnItem]] = {}
        for item in items:
            by_meeting.setdefault(item.assignment.meeting_id, []).append(item)
        meetings: list[Meeting | None] = [*self.group.meetings.all(), None]
        return [Planned(one, by_meeting.get(one.pk if one else None, [])) for one in meetings]

    @property
    def past(self) -> list[Planned]:
        """Meetings that are over."""
        return [one for one in self.planned if one.meeting and one.meeting.ends_at < self.now]

    @property
    def coming(self) -> list[Planned]:
        """The one that is going on, and those to come."""
        return [one for one in self.planned if one.meeting and one.meeting.ends_at >= self.now]

    @property
    def left_open(self) -> int:
        """How many things from meetings that are over the reader has still to do."""
        return sum(one.open for one in self.past)

    @property
    def any(self) -> bool:
        """Whether anything is planned at all."""
        return any(one.meeting or one.items for one in self.planned)

    @property
    def unplaced(self) -> list[OwnItem]:
        """What is to be done for no meeting in particular."""
        return self.planned[-1].items


@dataclass(frozen=True)
class Draft:
    """A meeting, or none, as a lead changes it."""

    meeting: Meeting | None
    rows: list[Assignment]


@dataclass(frozen=True)
class Drafts:
    """Those that are over, and the others."""

    past: list[Draft]
    coming: list[Draft]

    def in_past(self, item: Assignment | None) -> bool:
        """Whether `item` is to be done for a meeting that is over."""
        return item is not None and any(item in one.rows for one in self.past)


def drafts(group: Group) -> Drafts:
    """All meetings with what is planned for them, and last what hangs on none (two queries)."""
    by_meeting: dict[int | None, list[Assignment]] = {}
    for row in group.assignments.with_items():
        by_meeting.setdefault(row.meeting_id, []).append(row)
    meetings: list[Any] = [*group.meetings.all(), None]
    found = [Draft(one, by_meeting.get(one.pk if one else None, [])) for one in meetings]
    now = timezone.now()
    past = [one for one in found if one.meeting and one.meeting.ends_at < now]
    return Drafts(past, [one for one in found if one not in past])
