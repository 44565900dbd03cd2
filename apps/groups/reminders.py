"""One mail in the morning, for all groups of a person: what is due within two days, and which meeting is tomorrow."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User

from .models import Assignment, Digest, Extension, Group, Meeting, Membership
from .own_work import OwnItem, own_work

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

logger = logging.getLogger(__name__)

SALT = "groups.reminders"
MORNING = range(8, 12)  # at eight, or later where nothing ran at eight
AHEAD = timedelta(hours=48)


@dataclass(frozen=True)
class Part:
    """What one group has to remind of."""

    group: Group
    meetings: list[Meeting]
    items: list[OwnItem]


@dataclass(frozen=True)
class Reminder:
    """What one person is told this morning."""

    user: User
    zone: str
    parts: list[Part]

    @property
    def subject(self) -> str:
        """What is due first, in a line."""
        due = sum(len(part.items) for part in self.parts)
        meetings = [meeting for part in self.parts for meeting in part.meetings]
        said = [f"{due} thing{'' if due == 1 else 's'} due soon"] if due else []
        if meetings:
            said.append(f"“{meetings[0]}” is tomorrow" if len(meetings) == 1 else f"{len(meetings)} meetings tomorrow")
        return " ".join(" · ".join(said).split())


def send_due(now: datetime | None = None) -> int:
    """Beat's turn. Send each person who has a morning now what they are to be reminded of; returns how many mails.

    1. Who is in a group that isn't archived, wants reminders, and has a morning. 2. What there is to say; for nobody
    who has nothing due is anything written. 3. Take the day, by a conditional UPDATE: of two beats one sends.
    4. Send; a mail that could not be handed over gives the day back, so that the next hour tries again.
    """
    now = now or timezone.now()
    sent, connection = 0, get_connection()
    for memberships in _by_person(now):
        zone = memberships[0].zone
        today = now.astimezone(ZoneInfo(zone)).date()
        reminder = _reminder(memberships, zone, today, now)
        if reminder is None or not _take(reminder.user, today):
            continue
        try:
            connection.open()  # once for all of them
            message = _message(reminder)
            message.connection = connection
            sent += message.send()
        except (SMTPException, OSError):
            logger.exception("A reminder could not be handed over")
            connection.close()
            Digest.objects.filter(user=reminder.user, day=today).update(day=today - timedelta(days=1))
    connection.close()
    return sent


def _by_person(now: datetime) -> Iterable[list[Membership]]:
    """The memberships of each person who may have something to be told, and has a morning now."""
    soon = (now, now + AHEAD)
    busy = Group.objects.filter(archived_at__isnull=True).filter(
        Q(meetings__starts_at__range=soon)
        | Q(assignments__due_at__range=soon)
        | Q(assignments__extensions__due_at__range=soon)
    )
    wanted = Membership.objects.current().filter(reminders=True, user__is_active=True, group__in=busy)
    people: dict[int, list[Membership]] = {}
    for one in wanted.select_related("group", "user").order_by("user_id", "joined_at", "pk"):
        people.setdefault(one.user_id, []).append(one)
    for found in people.values():
        # Who has chosen no zone has that of the group they have been in for longest.
        if now.astimezone(ZoneInfo(found[0].zone)).hour in MORNING:
            yield found


def _reminder(memberships: list[Membership], zone: str, today: date, now: datetime) -> Reminder | None:
    user, groups = memberships[0].user, [one.group for one in memberships]
    if Digest.objects.filter(user=user, day__gte=today).exists():
        return None
    tomorrow = [
        one
        for one in Meeting.objects.filter(group__in=groups, starts_at__range=(now, now + AHEAD))
        if one.starts_at.astimezone(ZoneInfo(zone)).date() == today + timedelta(days=1)
    ]
    own = Extension.objects.filter(user=user).values("assignment")
    assignments = Assignment.objects.with_items().filter(group__in=groups, optional=False)
    assignments = assignments.filter(
        Q(due_at__range=(now, now + AHEAD)) | Q(meeting__starts_at__range=(now, now + AHEAD)) | Q(pk__in=own)
    )
    due = [
        item
        for item in own_work(user=user, assignments=assignments, now=now)
        if not item.progress.is_done and item.due and now <= item.due <= now + AHEAD
    ]
    parts = [
        Part(
            group,
            [one for one in tomorrow if one.group_id == group.pk],
            sorted((one for one in due if one.assignment.group_id == group.pk), key=lambda one: str(one.due)),
        )
        for group in groups
    ]
    parts = [part for part in parts if part.meetings or part.items]
    return Reminder(user, zone, parts) if parts else None


def _take(user: User, today: date) -> bool:
    """Whether this call is the one that writes to `user` today."""
    Digest.objects.get_or_create(user=user)
    rows = Digest.objects.filter(Q(day__isnull=True) | Q(day__lt=today), user=user)
    return rows.update(day=today) == 1


def _message(reminder: Reminder) -> EmailMultiAlternatives:
    """Plain text with the same as HTML, and the headers by which a mail program ends it in one click (RFC 8058)."""
    stop = urljoin(settings.SITE_URL, reverse("groups:unsubscribe", args=[token_of(reminder.user)]))
    context: dict[str, Any] = {"reminder": reminder, "site": settings.SITE_URL.rstrip("/"), "stop": stop}
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    with timezone.override(reminder.zone):
        text = render_to_string("groups/reminder.txt", context)
        html = render_to_string("groups/reminder.html", context)
    message = EmailMultiAlternatives(reminder.subject, text, to=[reminder.user.email], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


def token_of(user: User) -> str:
    """What stands in the address that ends `user`'s reminders; it holds for ever, as old mails do."""
    return signing.dumps(user.pk, salt=SALT)


def reader_of(token: str) -> User | None:
    """Whose reminders it ends; None for one that we did not sign."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk).first()


def memberships_of(user: User) -> list[Membership]:
    """The groups of which `user` may be reminded."""
    current = Membership.objects.current().filter(user=user, group__archived_at__isnull=True)
    return list(current.select_related("group").order_by("group__name"))


def stop(user: User, group: str = "") -> None:
    """Send no more reminders of the group with this slug; of none, where it is empty."""
    rows = Membership.objects.filter(user=user)
    (rows.filter(group__slug=group) if group else rows).update(reminders=False)
