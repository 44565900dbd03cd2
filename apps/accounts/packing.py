"""Everything that is somebody's, in one ZIP: JSON for each table, and their notebooks as files.

A worker claims the row by a conditional UPDATE, packs part after part and says how far it is. One that dies is found
by the clock, and the next begins anew under the same name. After MOST_TRIES it is given up: the person is told, and
operators by a figure.
"""

from __future__ import annotations

import json
import logging
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import IO

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import DataExport, User
from apps.accounts.notifications import notify, speaking_to
from apps.accounts.personal import Portion, portions
from studyhub import bell, tally

logger = logging.getLogger(__name__)
State = DataExport.State

TASK = "accounts.pack"
KEEP = timedelta(days=1)
LEASE = timedelta(minutes=15)
MOST_TRIES = 3
READ_ME = gettext_lazy(
    """\
What StudyHub knows of you, as of %(at)s.

data/      a file of JSON for each kind of thing; times are UTC
notebooks/ what you handed in, by exercise and number

Not in it: your password and second factors, which are kept so that nobody can read them, and answers to questions.
"""
)
# Apps above say which files are somebody's: pairs of a name in the ZIP and its text.
Files = Callable[[User], Iterator[tuple[str, str]]]
_files: list[Files] = []


def register_files(files: Files) -> None:
    """Called when an app is ready: `files` tells what of a person is a file."""
    if files not in _files:
        _files.append(files)


def ask(user: User) -> DataExport:
    """Have an export made; the one that is being made, where there is one. What was ready before goes."""
    for old in DataExport.objects.filter(user=user, state__in=[State.READY, State.FAILED]):
        remove(old)
    try:
        with transaction.atomic():
            made = DataExport.objects.create(user=user, total=len(portions()) + 1)
    except IntegrityError:
        return DataExport.objects.get(user=user, state__in=[State.WAITING, State.MAKING])
    transaction.on_commit(partial(bell.send, TASK))
    return made


def pack_due(now: datetime) -> int:
    """Make what waits, and begin anew where a worker died or failed. Returns how many were made."""
    dead = Q(state=State.MAKING, claimed_at__lt=now - LEASE)
    made = 0
    waiting = DataExport.objects.filter(Q(state=State.WAITING) | dead)
    for export in waiting.select_related("user").order_by("created_at"):
        seen = DataExport.objects.filter(pk=export.pk, state=export.state, claimed_at=export.claimed_at)
        if export.tries >= MOST_TRIES:
            _give_up(export, seen, now)  # each of its workers died
        elif seen.update(state=State.MAKING, claimed_at=now, tries=export.tries + 1, done=0):
            made += _pack(export, now)
    return made


def clear(now: datetime) -> int:
    """Remove those whose day is over. Returns how many."""
    over = list(DataExport.objects.filter(expires_at__lte=now))
    for export in over:
        remove(export)
    return len(over)


def remove(export: DataExport) -> None:
    """The file, then the row: whoever dies in between is repeated."""
    default_storage.delete(export.file_name)
    export.delete()


def _pack(export: DataExport, now: datetime) -> bool:
    mine = DataExport.objects.filter(pk=export.pk, state=State.MAKING, claimed_at=now)
    try:
        with tempfile.TemporaryFile() as file:
            for done in _write(export.user, file, now):
                if not mine.update(done=done):
                    return False  # taken for dead, or left
            size = file.tell()
            file.seek(0)
            default_storage.delete(export.file_name)
            default_storage.save(export.file_name, File(file))
    except Exception:  # whatever a table or a file of any app makes it stumble over: the person must hear of it
        logger.exception("Export %s could not be made, at try %s", export.pk, export.tries + 1)
        if export.tries + 1 < MOST_TRIES:
            mine.update(state=State.WAITING)
        else:
            _give_up(export, mine, now)
        return False
    return bool(mine.update(state=State.READY, size=size, expires_at=timezone.now() + KEEP))


def _give_up(export: DataExport, mine: QuerySet[DataExport], now: datetime) -> None:
    def text() -> str:
        return _("Your data could not be packed, by our fault; whoever runs this site sees it. You can ask again.")

    with transaction.atomic():
        if mine.update(state=State.FAILED, expires_at=now + KEEP):
            notify([export.user], kind="export", text=text, url=reverse("your_data"))
            tally.count("own_data_failed", "export")


def _write(user: User, file: IO[bytes], now: datetime) -> Iterator[int]:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        with speaking_to(user):
            pack.writestr("README.txt", str(READ_ME) % {"at": f"{now:%Y-%m-%d %H:%M} UTC"})
        fields = [one.name for one in User._meta.concrete_fields if one.name != "password"]
        pack.writestr("data/you.json", _json(User.objects.filter(pk=user.pk).values(*fields)[:1]))
        number = 0
        for number, portion in enumerate(portions(), start=1):
            pack.writestr(f"data/{portion.name}.json", _json(rows_of(portion, user)))
            yield number
        for files in _files:
            for name, text in files(user):
                pack.writestr(name, text)
    yield number + 1


def rows_of(portion: Portion, user: User) -> Iterator[dict[str, object]]:
    """The rows of one table that are `user`'s."""
    found = portion.model._default_manager.filter(**{portion.lookup: user}).order_by("pk")
    return found.values(*portion.fields).iterator()


def _json(rows: Iterator[dict[str, object]] | object) -> str:
    return json.dumps(list(rows), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)  # type: ignore[call-overload]
