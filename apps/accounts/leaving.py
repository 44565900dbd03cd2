"""Leaving: an account is deleted a week after it was asked for, and stays where its owner signs in before.

Files go first, then all rows in one transaction: whoever dies in between is repeated. What apps above have of somebody
that no foreign key says is their business; they register it here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import packing, sessions
from apps.accounts.models import DataExport, Mail, Notification, User
from apps.accounts.notifications import notify, speaking_to
from apps.accounts.personal import RELATIONS, Whose, goes, relations
from studyhub import tally

logger = logging.getLogger(__name__)

DAYS = 7
# Words of notifications (kinds.py) that begin with somebody's name; those of plans begin with a group's.
NAMING = ("comment", "score", "attempts", "message", "extension", "pin", "group", "proposal")
LATE = timedelta(days=1)  # after the week: then they are told that it takes longer
Step = Callable[[User], None]
_before: list[Step] = []
_within: list[Step] = []


class NotYet(Exception):
    """Something of the person is still under way; they are asked for again with the next turn."""


def before_leaving(step: Step) -> None:
    """Called when an app is ready: `step` is called before the rows go, outside a transaction, maybe more than once.

    It removes files, or raises NotYet.
    """
    if step not in _before:
        _before.append(step)


def within_leaving(step: Step) -> None:
    """Called when an app is ready: `step` is called in the transaction in which the rows go, just before they do."""
    if step not in _within:
        _within.append(step)


def schedule(user: User) -> None:
    """Have the account deleted in DAYS days, and end all its sessions that are known."""
    User.objects.filter(pk=user.pk, leaves_at__isnull=True).update(leaves_at=timezone.now() + timedelta(days=DAYS))
    sessions.end(user)


def take_back(user: User) -> bool:
    """The account stays; False where it was not to be deleted."""
    taken = User.objects.filter(pk=user.pk, leaves_at__isnull=False).update(leaves_at=None)
    user.leaves_at = None
    return bool(taken)


def erase_due(now: datetime) -> int:
    """Delete the accounts whose week is over. Returns how many."""
    done = 0
    for user in User.objects.filter(leaves_at__lte=now).order_by("leaves_at"):
        try:
            done += erase(user, now)
        except NotYet as wait:
            logger.info("User %s leaves later: %s", user.pk, wait)
            _tell_late(user, now)
        except Exception:  # whatever a step of any app stumbles over: the others leave all the same
            logger.exception("User %s could not be deleted", user.pk)
            _tell_late(user, now)
    return done


def erase(user: User, now: datetime) -> bool:
    """Delete one account with all that is its owner's; False where it was taken back meanwhile. Raises NotYet.

    1. Files. 2. In one transaction: what other apps keep without a foreign key, figures of groups, the name in what
    others were told, sessions, and the row, with which all go that name it.
    """
    for step in _before:
        step(user)
    for export in DataExport.objects.filter(user=user):
        packing.remove(export)
    with transaction.atomic():
        locked = User.objects.select_for_update().filter(pk=user.pk, leaves_at__lte=now).first()
        if locked is None:
            return False
        for step in _within:
            step(locked)
        _forget_name(locked)
        sessions.end(locked)
        for name, one in relations():
            if RELATIONS.get(name, Whose.OWN) is Whose.OWN and not goes(one):  # a library that keeps its row
                one.model._default_manager.filter(**{one.name: locked}).delete()
        LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(locked.pk)).delete()
        locked.delete()
    return True


def _tell_late(user: User, now: datetime) -> None:
    """Once: whose account is still there a day after it should have gone. Operators have a figure."""
    if user.leaves_at is None or now < user.leaves_at + LATE:
        return
    if Notification.objects.filter(user=user, kind="leaving", at__gte=user.leaves_at).exists():
        return

    def text() -> str:
        return _("Your account is not deleted yet, by our fault. We go on trying; whoever runs this site sees it.")

    def note() -> str:
        return _("You need do nothing: if you sign in, your account stays.")

    with transaction.atomic():
        notify([user], kind="leaving", text=text, note=note, url=reverse("home"))
        tally.count("own_data_failed", "deletion")


def _forget_name(user: User) -> None:
    """Others keep what they were told, without who it was; the mails in which they were told so go."""
    Mail.objects.filter(told__named=user).delete()
    word = re.compile(rf"(?<!\w){re.escape(user.display_name)}(?!\w)")
    told = Notification.objects.filter(named=user).exclude(user=user).select_related("user")
    for one in chain(told.iterator(), _told_before(user)):
        with speaking_to(one.user):
            nobody = _("Somebody who has left")
        if one.named_length is None:
            text = word.sub(lambda _match, nobody=nobody: nobody, one.text, count=1)
        else:  # by its length, since they may have been called otherwise
            text = nobody + one.text[one.named_length :]
        Notification.objects.filter(pk=one.pk).update(text=text[:500])


def _told_before(user: User) -> Iterator[Notification]:
    """What the version before wrote, which kept nobody: the name itself is looked for, since else it stays for ever.

    Such texts begin with it; where somebody is called so with another word after it, they are meant. Mails of that
    time aren't searched: a month after they were written they are gone (mails.KEPT_FOR).
    """
    name = user.display_name
    longer = tuple(User.objects.filter(name__startswith=f"{name} ").values_list("name", flat=True))
    begun = tuple(f"{name}{after}" for after in (" ", ":", "\u202f"))  # French has a narrow space before a colon
    old = Notification.objects.filter(named__isnull=True, named_length__isnull=True, kind__in=NAMING)
    rows = old.filter(at__gte=user.date_joined, text__startswith=name).exclude(user=user).select_related("user")
    return (one for one in rows.iterator() if one.text.startswith(begun) and not one.text.startswith(longer))
