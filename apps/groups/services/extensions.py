"""More time for one member: given by a lead, on record, and told to the member."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from apps.accounts import audit
from apps.accounts.notifications import notify

from ..models import Assignment, Extension, Membership

if TYPE_CHECKING:
    from apps.accounts.models import User


def extend(*, assignment: Assignment, member: Membership, due_at: datetime, reason: str, by: User) -> Extension:
    """Give `member` until `due_at`; whoever has an extension gets the new date instead."""
    with transaction.atomic():
        values = {"due_at": due_at, "reason": reason, "by": by, "at": timezone.now()}
        extension, _ = Extension.objects.update_or_create(assignment=assignment, user=member.user, defaults=values)
        _tell(assignment, member, by, f"more time for “{assignment}”: until {_read(due_at, member)}", reason)
    return extension


def withdraw(*, extension: Extension, member: Membership, by: User) -> None:
    """From now on everybody's date counts again."""
    with transaction.atomic():
        assignment = extension.assignment
        # A calendar sees by this that the date has changed.
        Assignment.objects.filter(pk=assignment.pk).update(changed_at=timezone.now())
        extension.delete()
        _tell(assignment, member, by, f"no more time than others for “{assignment}”", "")


def _tell(assignment: Assignment, member: Membership, by: User, what: str, why: str) -> None:
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
    notify([member.user], kind="extension", text=f"{by}: you have {what}.{f' {why}' if why else ''}", url=url)


def _read(moment: datetime, member: Membership) -> str:
    """As the member reads it, with the clock that is meant."""
    local = moment.astimezone(ZoneInfo(member.zone))
    return f"{local.day} {local:%B}, {local:%H:%M} ({member.zone})"
