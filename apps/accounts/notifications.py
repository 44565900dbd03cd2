"""Telling people on the site what happened; where it also goes by e-mail is not decided here."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from apps.accounts.models import Notification, User


def notify(users: Iterable[User], *, kind: str, text: str, url: str = "", body: str = "") -> int:
    """Leave a notification for each of `users`; returns how many. In the transaction of what it tells of.

    `body` is a message in Markdown, shown below `text`.
    """
    rows = [Notification(user=user, kind=kind, text=text[:500], url=url[:300], body=body) for user in users]
    return len(Notification.objects.bulk_create(rows))


def unread(user: User) -> int:
    """How many `user` has not read (one query)."""
    return Notification.objects.filter(user=user, read_at__isnull=True).count()


def read(user: User, pk: int) -> Notification | None:
    """Mark one of `user`'s as read; returns it, or None where it is not theirs."""
    found = Notification.objects.filter(user=user, pk=pk).first()
    if found and found.read_at is None:
        Notification.objects.filter(pk=pk, read_at__isnull=True).update(read_at=timezone.now())
    return found


def read_all(user: User, up_to: int) -> int:
    """Mark those as read that were there when a page was made: up to the key `up_to`. Returns how many."""
    rows = Notification.objects.filter(user=user, read_at__isnull=True, pk__lte=up_to)
    return rows.update(read_at=timezone.now())
