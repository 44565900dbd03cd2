"""Telling people on the site what happened; where it also goes by e-mail is not decided here."""

from __future__ import annotations

from collections.abc import Iterable

from apps.accounts.models import Notification, User


def notify(users: Iterable[User], *, kind: str, text: str, url: str = "") -> int:
    """Leave a notification for each of `users`; returns how many. In the transaction of what it tells of."""
    rows = [Notification(user=user, kind=kind, text=text[:500], url=url[:300]) for user in users]
    return len(Notification.objects.bulk_create(rows))
