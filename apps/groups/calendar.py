"""A member's calendar of one group: its meetings, and when things are due for them. Nothing of how far they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from apps.accounts.notifications import speaking_to

from .models import Assignment, Extension, Meeting, Membership, new_feed_key

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
REFRESH = timedelta(hours=1)


def address_of(membership: Membership) -> str:
    """The path of the member's calendar; whoever knows it may read it."""
    return reverse("groups:calendar", args=[membership.group.slug, membership.feed_key])


def renew_key(membership: Membership) -> None:
    """Another address: the old one leads nowhere from now on."""
    membership.feed_key = new_feed_key()
    membership.save(update_fields=["feed_key"])


def feed(membership: Membership) -> bytes:
    """The calendar as iCalendar (RFC 5545), all times in UTC; three queries."""
    group = membership.group
    calendar = Calendar()
    calendar.add("prodid", "-//StudyHub//Groups//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", group.name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})  # RFC 7986, section 5.7
    for meeting in group.meetings.all():
        calendar.add_component(_of_meeting(meeting, group.slug))
    rows = Extension.objects.filter(user=membership.user_id, assignment__group=group)
    extensions = {row.assignment_id: row for row in rows}
    for assignment in group.assignments.with_items():
        with speaking_to(membership.user):
            event = _of_assignment(assignment, extensions.get(assignment.pk), group.slug)
        if event:
            calendar.add_component(event)
    return calendar.to_ical()


def _of_meeting(meeting: Meeting, slug: str) -> Event:
    event = _event(f"meeting-{meeting.pk}", slug, meeting.title, meeting.starts_at, meeting.changed_at)
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("sequence", meeting.sequence)
    event.add("url", urljoin(settings.SITE_URL, f"{reverse('groups:plan', args=[slug])}#meeting-{meeting.pk}"))
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.agenda:
        event.add("description", meeting.agenda)
    return event


def _of_assignment(assignment: Assignment, extension: Extension | None, slug: str) -> Event | None:
    """The moment at which it is due; None where it has no date."""
    due = extension.due_at if extension else assignment.due
    if due is None:
        return None
    changes = [assignment.changed_at]
    changes += [assignment.meeting.changed_at] if assignment.meeting else []
    changes += [extension.at] if extension else []
    summary = _("Due: %(what)s (optional)") if assignment.optional else _("Due: %(what)s")
    event = _event(f"due-{assignment.pk}", slug, summary % {"what": assignment}, due, max(changes))
    # Its date may come from three rows. The latest change of any only ever grows, and so does this.
    event.add("sequence", int((max(changes) - EPOCH).total_seconds()))
    event.add("transp", "TRANSPARENT")  # being due takes up no time
    event.add("url", urljoin(settings.SITE_URL, assignment.item.get_absolute_url()))
    if assignment.note:
        event.add("description", assignment.note)
    return event


def _event(uid: str, slug: str, summary: str, start: datetime, changed: datetime) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{slug}.studyhub")  # the same for ever, whatever the site is called
    event.add("dtstamp", changed.astimezone(UTC))
    event.add("last-modified", changed.astimezone(UTC))
    event.add("dtstart", start.astimezone(UTC))
    event.add("summary", summary)
    return event
