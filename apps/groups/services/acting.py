"""What a lead does for members besides their hand-ins: recommend a resource, write to them. On record."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from apps.accounts import audit
from apps.accounts.notifications import notify

from ..models import Group, Membership, Pin

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.catalog.models import Resource

logger = logging.getLogger(__name__)
MEMBERS_AT_ONCE = 100


def pin(*, by: Membership, member: Membership, resource: Resource, note: str) -> Pin:
    """Recommend a resource to a member; who had it recommended before gets the new note."""
    with transaction.atomic():
        values = {"by": by.user, "note": note, "at": timezone.now()}
        made, _ = Pin.objects.update_or_create(group=by.group, user=member.user, resource=resource, defaults=values)
        url = resource.get_absolute_url()
        _record(by, member, act="pin", what=f"Recommended “{resource}”", why=note, url=url)
        text = f"{by.user} recommends “{resource}” to you{f': {note}' if note else '.'}"
        notify([member.user], kind="pin", text=text, url=url)
    return made


def unpin(*, by: Membership, pin: Pin) -> None:
    """Take a recommendation back. Its member is not told: there is nothing for them to do."""
    with transaction.atomic():
        pin.delete()
        what = f"No longer recommends “{pin.resource}”"
        audit.record(actor=by.user, subject=pin.user, act="pin", what=what, where=by.group.name)


def message(*, by: Membership, members: Sequence[Membership], subject: str, text: str, address: str) -> int:
    """Write to each of `members` alone: on the site, and by e-mail once that is committed. Returns to how many.

    `address` is the full one of the site's page of notifications. No message names the others or shows an address.
    """
    with transaction.atomic():
        for member in members:
            notify([member.user], kind="message", text=f"{by.user} wrote to you: {subject}", body=text)
            url = reverse("notifications")
            _record(by, member, act="message", what=f"Wrote a message: {subject}", url=url)
        emails = [member.user.email for member in members]
        transaction.on_commit(lambda: _send(by.user, by.group, emails, subject=subject, text=text, address=address))
    return len(members)


def _record(by: Membership, member: Membership, *, act: str, what: str, why: str = "", url: str = "") -> None:
    audit.record(actor=by.user, subject=member.user, act=act, what=what, why=why, where=by.group.name, url=url)


def _send(by: User, group: Group, emails: Sequence[str], *, subject: str, text: str, address: str) -> None:
    """One connection for all of them, one message each. What can't be sent is on the site all the same."""
    context = {"by": by, "group": group, "text": text, "address": address}
    body = render_to_string("groups/message.txt", context)
    title = " ".join(f"{group}: {subject}".split())
    try:
        with get_connection() as connection:
            for email in emails:
                EmailMessage(title, body, to=[email], connection=connection).send()
    except (SMTPException, OSError):
        logger.exception("Messages to members of %s could not be sent", group.slug)
