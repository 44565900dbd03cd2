"""One mail in the morning: what is due within two days in one's groups, which meeting is tomorrow, what is unread."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts import mails
from apps.accounts.kinds import DUE, MORNING, Channel
from apps.accounts.models import Mail, Notification, User
from apps.accounts.notifications import channels, choose, notify, speaking_to
from apps.accounts.zones import is_zone

from .models import Assignment, Digest, Extension, Group, Meeting, Membership
from .own_work import OwnItem, own_work

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from apps.accounts.models import Choice

logger = logging.getLogger(__name__)

SALT = "groups.reminders"
HOURS = range(8, 12)  # at eight, or later where nothing ran at eight
AHEAD = timedelta(hours=48)
NEWS_SHOWN = 30


@dataclass(frozen=True)
class Part:
    """What one group has to remind of."""

    group: Group
    meetings: list[Meeting]
    items: list[OwnItem]


@dataclass(frozen=True)
class Reminder:
    """What one person is told this morning: what is due in their groups, and what they have not read."""

    user: User
    zone: str
    parts: list[Part]
    news: list[Notification] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """What is due first, in a line."""
        due = sum(len(part.items) for part in self.parts)
        meetings = [meeting for part in self.parts for meeting in part.meetings]
        said = [ngettext("%(n)d thing due soon", "%(n)d things due soon", due) % {"n": due}] if due else []
        if len(meetings) == 1:
            said.append(_("“%(meeting)s” is tomorrow") % {"meeting": meetings[0]})
        elif meetings:
            n = len(meetings)
            said.append(ngettext("%(n)d meeting tomorrow", "%(n)d meetings tomorrow", n) % {"n": n})
        if len(self.news) == 1 and not said:
            said.append(self.news[0].text)
        elif self.news:
            n = len(self.news)
            said.append(ngettext("%(n)d unread", "%(n)d unread", n) % {"n": n})
        return " ".join(" · ".join(said).split())

    @property
    def shown(self) -> list[Notification]:
        """The latest of what was not read, as many as a mail has."""
        return self.news[:NEWS_SHOWN]


def send_due(now: datetime | None = None) -> int:
    """Beat's turn. Tell each person who has a morning now what is due and what they have not read; returns how many.

    1. Who has something due in a group that isn't archived, or unread notifications for the morning; and has a morning.
    2. What there is to say; for nobody who has nothing to be told is anything written. 3. In one transaction: take the
    day, by a conditional UPDATE, so that of two beats one writes; and write the mail, which is sent as every other.
    """
    now = now or timezone.now()
    people = list(_by_person(now))
    ways = channels([one.user.pk for one in people], DUE)
    told = 0
    for person in people:
        try:
            with speaking_to(person.user):
                told += _tell(person, ways[person.user.pk], now)
        except Exception:  # logged: it must not keep the others from being told
            logger.exception("The morning of user %s could not be told", person.user.pk)
    return told


@dataclass(frozen=True)
class Person:
    """Somebody who has a morning now, with the memberships that may remind them; `news`: something waits unread."""

    user: User
    zone: str
    memberships: list[Membership]
    news: bool


def _tell(person: Person, way: Channel, now: datetime) -> bool:
    today = now.astimezone(ZoneInfo(person.zone)).date()
    if Digest.objects.filter(user=person.user, day__gte=today).exists():
        return False
    parts = _parts(person, today, now) if person.memberships and way != Channel.NOTHING else []
    waiting = Notification.objects.filter(user=person.user, awaits_digest=True, read_at__isnull=True)
    news = list(waiting) if person.news else []
    mailed = Reminder(person.user, person.zone, parts if way == Channel.DIGEST else [], news)
    with transaction.atomic():
        if not (parts or news) or not _take(person.user, today):
            return False
        if parts and way == Channel.INBOX:
            url = reverse("groups:plan", args=[parts[0].group.slug])
            notify([person.user], kind="due", text=lambda: Reminder(person.user, person.zone, parts).subject, url=url)
        if mailed.parts or news:
            told = Notification.objects.filter(pk__in=[one.pk for one in news])
            told.update(awaits_digest=False, mail=_write(mailed))
    return True


def _by_person(now: datetime) -> Iterable[Person]:
    """Whoever may have something to be told, and has a morning now."""
    soon = (now, now + AHEAD)
    busy = Group.objects.filter(archived_at__isnull=True).filter(
        Q(meetings__starts_at__range=soon)
        | Q(assignments__due_at__range=soon)
        | Q(assignments__extensions__due_at__range=soon)
    )
    current = Membership.objects.current().filter(user__is_active=True)
    current = current.select_related("group", "user").order_by("user_id", "joined_at", "pk")
    reminding: dict[int, list[Membership]] = {}
    for one in current.filter(reminders=True, group__in=busy):
        reminding.setdefault(one.user_id, []).append(one)
    waiting = Notification.objects.filter(awaits_digest=True, read_at__isnull=True)
    reading = {user.pk: user for user in User.objects.filter(is_active=True, pk__in=waiting.values("user"))}
    # Who has chosen no zone has that of the group they have been in for longest, the reminding ones first.
    zones = {one.user_id: one.zone for one in reversed(current.filter(user__in=reading))}
    zones |= {pk: found[0].zone for pk, found in reminding.items()}
    for pk in sorted({*reminding, *reading}):
        user = reading[pk] if pk in reading else reminding[pk][0].user
        zone = zones.get(pk) or (user.time_zone if is_zone(user.time_zone) else settings.TIME_ZONE)
        if now.astimezone(ZoneInfo(zone)).hour in HOURS:
            yield Person(user, zone, reminding.get(pk, []), pk in reading)


def _parts(person: Person, today: date, now: datetime) -> list[Part]:
    user, groups = person.user, [one.group for one in person.memberships]
    tomorrow = [
        one
        for one in Meeting.objects.filter(group__in=groups, starts_at__range=(now, now + AHEAD))
        if one.starts_at.astimezone(ZoneInfo(person.zone)).date() == today + timedelta(days=1)
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
    return [part for part in parts if part.meetings or part.items]


def _take(user: User, today: date) -> bool:
    """Whether this call is the one that writes to `user` today."""
    Digest.objects.get_or_create(user=user)
    rows = Digest.objects.filter(Q(day__isnull=True) | Q(day__lt=today), user=user)
    return rows.update(day=today) == 1


def _write(reminder: Reminder) -> Mail:
    """Plain text with the same as HTML; its address ends the morning's mail, another one the reminders of a group."""
    stop_url = mails.stop_address(reminder.user, MORNING)
    context: dict[str, Any] = {
        "reminder": reminder,
        "site": settings.SITE_URL.rstrip("/"),
        "stop": stop_url,
        "stop_groups": mails.full(reverse("groups:unsubscribe", args=[token_of(reminder.user)])),
    }
    with timezone.override(reminder.zone):
        text = render_to_string("groups/reminder.txt", context)
        html = render_to_string("groups/reminder.html", context)
    return mails.write(reminder.user, MORNING, subject=reminder.subject, text=text, html=html, stop_url=stop_url)


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
    """The groups of which `user` may be reminded, where they want to be at all."""
    current = Membership.objects.current().filter(user=user, group__archived_at__isnull=True)
    return list(current.select_related("group").order_by("group__name"))


def are_wanted(user: User) -> bool:
    """Whether `user` wants to be told of what is due, in whatever way."""
    return channels([user.pk], DUE)[user.pk] != Channel.NOTHING


def stop(user: User, group: str = "") -> None:
    """Send no more reminders of the group with this slug; of none, where it is empty."""
    if group:
        Membership.objects.filter(user=user, group__slug=group).update(reminders=False)
    else:
        choose(user, {DUE: Channel.NOTHING})


def follow(sender: type[Choice], instance: Choice, **_: object) -> None:
    """Called when somebody chose. Who wants to be told of what is due, and no group does so, hears of all of them."""
    choice = instance
    if choice.kind == DUE and choice.channel != Channel.NOTHING:
        rows = Membership.objects.current().filter(user=choice.user_id)
        if not rows.filter(reminders=True).exists():
            rows.update(reminders=True)
