"""Groups, what is to be done in them, and their tables for leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from ninja import Schema
from pydantic import Field

from apps.groups.dashboard.files import Export
from apps.groups.models import Membership
from apps.groups.overview import Overview
from apps.groups.own_work import OwnItem

from .common import page


class GroupOut(Schema):
    """A group that you are in."""

    slug: str
    name: str
    role: str = Field(description="lead, colead or member.")
    archived: bool
    members: int
    next_meeting_at: datetime | None
    page: str

    @classmethod
    def of(cls, membership: Membership) -> Self:
        """From one of `own_groups`."""
        found: Any = membership
        return cls(
            slug=found.group.slug,
            name=found.group.name,
            role=found.role,
            archived=found.group.is_archived,
            members=found.members,
            next_meeting_at=found.next_at,
            page=page(found.group),
        )


class MeetingOut(Schema):
    """When the group meets, and what about."""

    title: str
    starts_at: datetime
    minutes: int
    place: str
    agenda: str = Field(description="Markdown.")


class ItemOut(Schema):
    """One thing to watch, read, answer or hand in."""

    kind: str = Field(description="resource, quiz or exercise.")
    slug: str
    title: str
    what: str = Field(description="Watch, Read, Answer, Hand in …")
    optional: bool
    note: str
    due_at: datetime | None = Field(description="For you: an extension counts.")
    late: bool
    done: bool
    progress: str = Field(description="How far you are, in words.")

    @classmethod
    def of(cls, item: OwnItem) -> Self:
        """From one's own work."""
        one, found = item.assignment, item.assignment.item
        return cls(
            kind="exercise" if one.exercise_id else "quiz" if one.quiz_id else "resource",
            slug=found.slug,
            title=found.title,
            what=item.verb,
            optional=one.optional,
            note=one.note,
            due_at=item.due,
            late=item.is_late,
            done=item.progress.is_done,
            progress=item.progress.words,
        )


class GroupDetailOut(Schema):
    """A group, its next meeting, and what is to be done."""

    slug: str
    name: str
    summary: str = Field(description="Markdown.")
    role: str
    archived: bool
    members: list[str] = Field(description="Names, leads first.")
    meeting: MeetingOut | None = Field(description="The next one, or the one that is going on.")
    items: list[ItemOut]
    page: str

    @classmethod
    def of(cls, view: Overview) -> Self:
        """From what its page shows."""
        group, meeting = view.group, view.meeting
        names = ("title", "starts_at", "minutes", "place", "agenda")
        return cls(
            slug=group.slug,
            name=group.name,
            summary=group.summary,
            role=view.membership.role,
            archived=group.is_archived,
            members=[one.user.display_name for one in view.members],
            meeting=MeetingOut(**{name: getattr(meeting, name) for name in names}) if meeting else None,
            items=[ItemOut.of(item) for item in view.items],
            page=page(group),
        )


class TableOut(Schema):
    """A table of the dashboard."""

    name: str
    title: str
    heads: int = Field(description="How many of the first lines are heads.")
    lines: list[list[str | int]]

    @classmethod
    def of(cls, export: Export) -> Self:
        """From an export."""
        return cls(name=export.name, title=export.title, heads=export.heads, lines=export.lines)
