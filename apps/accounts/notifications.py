"""Telling people what happened: on the site, and by e-mail where they chose that (kinds.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone, translation

from apps.accounts import mails
from apps.accounts.kinds import KINDS, Channel, chosen_or_default, kind_of
from apps.accounts.models import Notification, User
from apps.accounts.told_models import Choice
from studyhub.prepared import PreparedRead

if TYPE_CHECKING:
    from django.db.models import QuerySet


# A text, or what makes it in the language that is spoken when it is called.
Said = str | Callable[[], str]


def notify(
    users: Iterable[User],
    *,
    kind: str,
    text: Said,
    naming: User | None = None,
    url: str = "",
    body: str = "",
    subject: Said = "",
    note: Said = "",
) -> int:
    """Tell each of `users` by the way that they chose; returns how many. In the transaction of what it tells of.

    `naming` is whose name `text` begins with: it goes from there when they leave. `body` is a message in Markdown,
    shown below `text`. A mail has the `subject`, else `text`; and `note` below. Give functions that make the texts:
    they are called once for each of the users' languages.
    """
    people, of = list(users), kind_of(kind)
    ways = channels([user.pk for user in people], of.name)
    wanting = [user for user in people if ways[user.pk] != Channel.NOTHING]
    told = {language: _told(language, text, subject, note) for language in {user.language for user in wanting}}
    rows = [
        Notification(
            user=user,
            kind=kind,
            text=told[user.language][0][:500],
            url=url[:300],
            body=body,
            awaits_digest=ways[user.pk] == Channel.DIGEST,
            named=naming,
            named_length=_length_of_name(naming, told[user.language][0]),
        )
        for user in wanting
    ]
    with transaction.atomic():
        for user, row in zip(wanting, rows, strict=True):
            if ways[user.pk] == Channel.AT_ONCE and user.is_active:
                said, about, below = told[user.language]
                with speaking_to(user):
                    row.mail = mails.write_at_once(
                        user, of, subject=about or said, text=said, url=url, body=body, note=below
                    )
        Notification.objects.bulk_create(rows)
    return len(rows)


def _length_of_name(person: User | None, text: str) -> int | None:
    """How much at the beginning of `text` is the person's name; None where a translation has it elsewhere."""
    if person is None:
        return 0
    return len(person.display_name) if text.startswith(person.display_name) else None


def speaking_to(user: User) -> translation.override:
    """A context in which texts are made in the language of `user`, whoever's request it is."""
    return translation.override(user.language or settings.LANGUAGE_CODE)


def _told(language: str, *texts: Said) -> list[str]:
    with translation.override(language or settings.LANGUAGE_CODE):
        return [text if isinstance(text, str) else text() for text in texts]


def channels(users: Iterable[int], kind: str) -> dict[int, Channel]:
    """How each user, by key, is told of a kind (one query)."""
    keys = list(users)
    chosen = dict(Choice.objects.filter(user__in=keys, kind=kind).values_list("user", "channel"))
    return {key: chosen_or_default(KINDS[kind], chosen.get(key)) for key in keys}


def choices_of(user: User) -> dict[str, Channel]:
    """How `user` is told of every kind (one query)."""
    chosen = dict(Choice.objects.filter(user=user).values_list("kind", "channel"))
    return {name: chosen_or_default(kind, chosen.get(name)) for name, kind in KINDS.items()}


def choose(user: User, choices: Mapping[str, str]) -> None:
    """From now on `user` is told so, by kind; what is as before is not written."""
    before = choices_of(user)
    with transaction.atomic():
        for name, channel in choices.items():
            if channel in KINDS[name].channels and before[name] != channel:
                Choice.objects.update_or_create(user=user, kind=name, defaults={"channel": channel})


def stop_mail(user: User, name: str) -> None:
    """No more mail of one kind, or of a morning: it stays on the site."""
    ways = choices_of(user)
    if name in KINDS:
        ended = [name] if ways[name] in {Channel.DIGEST, Channel.AT_ONCE} else []
    else:
        ended = [kind for kind, channel in ways.items() if channel == Channel.DIGEST]
    choose(user, dict.fromkeys(ended, Channel.INBOX))
    words = [word for kind in ended for word in KINDS[kind].told]
    Notification.objects.filter(user=user, awaits_digest=True, kind__in=words).update(awaits_digest=False)


UNREAD = PreparedRead(
    lambda user: (
        Notification.objects.filter(user=user, read_at__isnull=True)
        .order_by()
        .values("user")
        .annotate(number=Count("pk"))
        .values_list("number")
    )
)


def unread(user: User) -> int:
    """How many `user` has not read (one query, on each page)."""
    return sum(number for (number,) in UNREAD.rows(user.pk))


def of_kind(user: User, name: str) -> QuerySet[Notification]:
    """The user's of one kind; all where there is no such kind."""
    mine = Notification.objects.filter(user=user)
    return mine.filter(kind__in=KINDS[name].told) if name in KINDS else mine


def read(user: User, pk: int) -> Notification | None:
    """Mark one of `user`'s as read; returns it, or None where it is not theirs."""
    found = Notification.objects.filter(user=user, pk=pk).first()
    if found and found.read_at is None:
        _unread(user).filter(pk=pk).update(read_at=timezone.now(), awaits_digest=False)
    return found


def unread_again(user: User, pk: int) -> bool:
    """Mark one of `user`'s as not read; False where it is not theirs. No mail comes of it."""
    return bool(Notification.objects.filter(user=user, pk=pk).update(read_at=None))


def read_all(user: User, up_to: int, kind: str = "") -> int:
    """Mark those as read that were there when a page was made: up to the key `up_to`. Returns how many."""
    rows = of_kind(user, kind).filter(read_at__isnull=True, pk__lte=up_to)
    return rows.update(read_at=timezone.now(), awaits_digest=False)


def _unread(user: User) -> QuerySet[Notification]:
    return Notification.objects.filter(user=user, read_at__isnull=True)
