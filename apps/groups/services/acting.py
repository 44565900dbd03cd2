"""What a lead does for members besides their hand-ins: recommend a resource, write to them. On record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import audit
from apps.accounts.notifications import notify

from ..models import Membership, Pin

if TYPE_CHECKING:
    from apps.catalog.models import Resource

MEMBERS_AT_ONCE = 100


def pin(*, by: Membership, member: Membership, resource: Resource, note: str) -> Pin:
    """Recommend a resource to a member; who had it recommended before gets the new note."""
    with transaction.atomic():
        values = {"by": by.user, "note": note, "at": timezone.now()}
        made = Pin.objects.update_or_create(group=by.group, user=member.user, resource=resource, defaults=values)[0]
        url = resource.get_absolute_url()
        _record(by, member, act="pin", what=f"Recommended “{resource}”", why=note, url=url)

        def text() -> str:
            said = (
                _("%(by)s recommends “%(what)s” to you: %(note)s")
                if note
                else _("%(by)s recommends “%(what)s” to you.")
            )
            return said % {"by": by.user, "what": resource, "note": note}

        notify([member.user], kind="pin", naming=by.user, text=text, url=url)
    return made


def unpin(*, by: Membership, pin: Pin) -> None:
    """Take a recommendation back. Its member is not told: there is nothing for them to do."""
    with transaction.atomic():
        pin.delete()
        what = f"No longer recommends “{pin.resource}”"
        audit.record(actor=by.user, subject=pin.user, act="pin", what=what, where=by.group.name)


def message(*, by: Membership, members: Sequence[Membership], subject: str, text: str) -> int:
    """Write to each of `members` alone: on the site, and by e-mail as each has chosen. Returns to how many.

    No message names the others or shows an address.
    """
    names = {"by": by.user, "group": by.group, "subject": subject}
    with transaction.atomic():
        notify(
            [member.user for member in members],
            kind="message",
            naming=by.user,
            text=lambda: _("%(by)s wrote to you: %(subject)s") % names,
            body=text,
            subject=f"{by.group}: {subject}",
            note=lambda: _("%(by)s, who leads %(group)s on StudyHub, wrote this to you. It is also here:") % names,
        )
        for member in members:
            _record(by, member, act="message", what=f"Wrote a message: {subject}", url=reverse("notifications"))
    return len(members)


def _record(by: Membership, member: Membership, *, act: str, what: str, why: str = "", url: str = "") -> None:
    audit.record(actor=by.user, subject=member.user, act=act, what=what, why=why, where=by.group.name, url=url)
