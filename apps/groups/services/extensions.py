"""More time for one member: given by a lead, on record, and told to the member."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts import audit
from apps.accounts.notifications import notify

from ..models import Assignment, Extension, Membership

if TYPE_CHECKING:
    from apps.accounts.models import User


def extend(*, assignment: Assignment, member: Membership, due_at: datetime, reason: str, by: User) -> Extension:
    """Give `member` until `due_at`; whoever has an extension gets the new date instead."""
    with transaction.atomic():
        values = {"due_at": due_at, "reason": reason, "by": by, "at": timezone.now()}
        found = Extension.objects.update_or_create(assignment=assignment, user=member.user, defaults=values)

        def text() -> str:
            said = _("%(by)s: you have more time for “%(what)s”: until %(until)s.")
            return said % {"by": by, "what": assignment, "until": _read(due_at, member)}

        with translation.override(settings.LANGUAGE_CODE):
            what = f"more time for “{assignment}”: until {_read(due_at, member)}"
        _tell(member, by, what, text, reason)
    return found[0]


def withdraw(*, extension: Extension, member: Membership, by: User) -> None:
    """From now on everybody's date counts again."""
    with transaction.atomic():
        assignment = extension.assignment
        # A calendar sees by this that the date has changed.
        Assignment.objects.filter(pk=assignment.pk).update(changed_at=timezone.now())
        extension.delete()
        said = {"by": by, "what": assignment}
        _tell(
            member,
            by,
            f"no more time than others for “{assignment}”",
            lambda: _("%(by)s: you have no more time than others for “%(what)s”.") % said,
            "",
        )


def _tell(member: Membership, by: User, what: str, text: Callable[[], str], why: str) -> None:
    """On record (`what` the member has), and to the member; the reason as it was written."""
    url = reverse("groups:plan", args=[member.group.slug])
    audit.record(
        actor=by,
        subject=member.user,
        act="extension",
        what=f"{member.user} has {what}",
        why=why,
        where=member.group.name,
        url=url,
    )
    notify([member.user], kind="extension", naming=by, text=lambda: f"{text()} {why}".strip(), url=url)


def _read(moment: datetime, member: Membership) -> str:
    """By the member's clock, which is named."""
    return f"{date_format(moment.astimezone(ZoneInfo(member.zone)), 'j F, H:i')} ({member.zone})"
