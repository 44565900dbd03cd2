"""Ways into a group: by a link, or by a message to one address."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.accounts.notifications import notify

from ..models import INVITATION_SALT, Group, Invitation, Membership, Role

logger = logging.getLogger(__name__)

UNDO_SALT = "groups.invitation.undo"
UNDO_FOR = timedelta(minutes=10)

# So that nobody sends advertisements from here.
MESSAGES_A_DAY = 100

REFUSALS = {
    "unknown": gettext_noop("This is no invitation of ours. Was the whole link copied? If it was, ask for a new one."),
    "revoked": gettext_noop("This invitation was withdrawn. Ask whoever sent it for a new one."),
    "expired": gettext_noop("This invitation has expired. Ask whoever sent it for a new one."),
    "used-up": gettext_noop(
        "As many people as it was made for have come in by this invitation. Ask whoever sent it for a new one."
    ),
    "archived": gettext_noop("This group is archived: nobody can join it any more."),
    "address": gettext_noop(
        "This invitation was sent to another address than yours. Sign in with that address, or ask for one to yours."
    ),
    "too-many": gettext_noop(
        "Your group may send %(most)d invitations a day. Make a link instead, and send it yourself."
    ),
}


class InvitationRefused(Exception):
    """An invitation that can't be used or made; `id` names why, the text says it."""

    def __init__(self, id: str) -> None:
        super().__init__(_(REFUSALS[id]) % {"most": MESSAGES_A_DAY})
        self.id = id


def make_link(*, by: Membership, days: int, limit: int | None) -> Invitation:
    """A link for whoever has it, for `days` and at most `limit` people."""
    expires_at = timezone.now() + timedelta(days=days)
    return Invitation.objects.create(group=by.group, created_by=by.user, expires_at=expires_at, limit=limit)


def send(*, by: Membership, emails: Iterable[str], days: int, link: Callable[[str], str]) -> tuple[int, int]:
    """Invite each address by a message of its own; returns how many were sent, and how many could not be.

    `link` makes a full address of a path. Who is in the group already gets none, and an earlier invitation to the
    same address ends. Raises InvitationRefused where it would be too many in a day.
    """
    now = timezone.now()
    group = by.group
    inside = {email.lower() for email in group.memberships.current().values_list("user__email", flat=True)}
    wanted = sorted({email.lower() for email in emails} - inside)
    languages: dict[str, str] = {}

    def invites() -> str:
        return _("%(by)s invites you to the group %(group)s.") % {"by": by.user, "group": group}

    with transaction.atomic():
        today = group.invitations.exclude(email="").filter(created_at__gt=now - timedelta(days=1)).count()
        if today + len(wanted) > MESSAGES_A_DAY:
            raise InvitationRefused("too-many")
        group.invitations.open(now).filter(email__in=wanted).update(revoked_at=now)
        expires_at = now + timedelta(days=days)
        made = [
            Invitation.objects.create(group=group, email=email, created_by=by.user, expires_at=expires_at, limit=1)
            for email in wanted
        ]
        for known in User.objects.annotate(lower=Lower("email")).filter(lower__in=wanted, is_active=True):
            url = next(address_of(one) for one in made if one.email == known.email.lower())
            notify([known], kind="group", naming=by.user, text=invites, url=url)
            languages[known.email.lower()] = known.language or settings.LANGUAGE_CODE
    sent = _hand_over(made, by, link, languages)
    return sent, len(made) - sent


def revoke(*, invitation: Invitation) -> str:
    """Nobody comes in by it any more; returns what `reopen` asks for, nothing where it was withdrawn already."""
    now = timezone.now()
    still = Invitation.objects.filter(pk=invitation.pk, revoked_at__isnull=True)
    return signing.dumps([invitation.pk, now.isoformat()], salt=UNDO_SALT) if still.update(revoked_at=now) else ""


def withdrawn(*, token: str, group: Group) -> Invitation | None:
    """The invitation of `group` that can still be opened again; None after ten minutes, or where it has expired.

    Nor where its address has another one meanwhile.
    """
    try:
        pk, at = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_FOR)
    except signing.BadSignature:
        return None
    now = timezone.now()
    found = group.invitations.filter(pk=pk, revoked_at=datetime.fromisoformat(at), expires_at__gt=now).first()
    if found and found.email and group.invitations.open(now).filter(email=found.email).exists():
        return None
    return found


def reopen(*, token: str, group: Group) -> bool:
    """Take back that it was withdrawn. False where it is too late for that."""
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)
        found = withdrawn(token=token, group=group)
        return bool(found and Invitation.objects.filter(pk=found.pk).update(revoked_at=None))


def address_of(invitation: Invitation) -> str:
    """The path of its page."""
    return reverse("groups:join", args=[invitation.token])


def read_token(token: str) -> Invitation:
    """The invitation of a token, open or not. Raises InvitationRefused for one that we did not sign."""
    try:
        pk = signing.Signer(salt=INVITATION_SALT).unsign_object(token)
    except signing.BadSignature:
        raise InvitationRefused("unknown") from None
    found = Invitation.objects.select_related("group", "created_by").filter(pk=pk).first()
    if found is None:
        raise InvitationRefused("unknown")
    return found


def check(*, invitation: Invitation, now: datetime) -> None:
    """Raises InvitationRefused where nobody can come in by it, with the reason."""
    if invitation.group.is_archived:
        raise InvitationRefused("archived")
    if invitation.revoked_at is not None:
        raise InvitationRefused("revoked")
    if now >= invitation.expires_at:
        raise InvitationRefused("expired")
    if not invitation.is_open(now):
        raise InvitationRefused("used-up")


def check_address(*, invitation: Invitation, user: User) -> None:
    """Raises InvitationRefused where it is for somebody else. That it was read there proves the address enough."""
    if invitation.email and invitation.email.lower() != user.email.lower():
        raise InvitationRefused("address")


def accept(*, invitation: Invitation, user: User) -> Membership:
    """Come in, once: who is in already stays what they are, and uses nothing up. Raises InvitationRefused.

    1. Is it for this person? 2. Take a place by one conditional UPDATE, so that of two who want the last one gets
    it. 3. A new row, or the old one of somebody who comes back: as a member, with nothing shared until they say so.
    """
    current = Membership.objects.current().select_related("group")
    member = current.filter(group=invitation.group, user=user).first()
    if member:
        return member
    check_address(invitation=invitation, user=user)
    now = timezone.now()
    check(invitation=invitation, now=now)
    with transaction.atomic():
        # No join in it: PostgreSQL looks again at the row alone when another one has just changed it.
        if not Invitation.objects.open(now).filter(pk=invitation.pk).update(used=F("used") + 1):
            invitation.refresh_from_db()
            check(invitation=invitation, now=now)
            raise InvitationRefused("used-up")
        member, new = Membership.objects.get_or_create(group=invitation.group, user=user)
        back = not new and Membership.objects.filter(pk=member.pk, left_at__isnull=False).update(
            left_at=None, role=Role.MEMBER, shares_all=False
        )
        if not (new or back):
            # Two tabs at once: the other one was first, and has taken the place.
            Invitation.objects.filter(pk=invitation.pk).update(used=F("used") - 1)
        else:
            _announce(invitation.group, user)
    return current.get(pk=member.pk)


def _announce(group: Group, user: User) -> None:
    leads = [one.user for one in group.memberships.leading().exclude(user=user).select_related("user")]
    names = {"who": user, "group": group}
    url = reverse("groups:members", args=[group.slug])
    notify(leads, kind="group", naming=user, text=lambda: _("%(who)s joined %(group)s.") % names, url=url)


def _hand_over(
    invitations: list[Invitation], by: Membership, link: Callable[[str], str], languages: Mapping[str, str]
) -> int:
    """One connection for all, and no message knows of another one's address. Returns how many were taken.

    `languages` are those of the addresses that are known here; to the others the inviting lead's is spoken.
    """
    sent = 0
    try:
        with get_connection() as connection:
            for one in invitations:
                names = {"by": by.user, "group": by.group}
                with translation.override(languages.get(one.email) or translation.get_language()):
                    subject = " ".join((_("%(by)s invites you to %(group)s on StudyHub") % names).split())
                    context = {"invitation": one, "link": link(address_of(one)), **names}
                    text = render_to_string("groups/invitation.txt", context)
                sent += EmailMessage(subject, text, to=[one.email], connection=connection).send()
    except (SMTPException, OSError):
        logger.exception("Invitations to %s could not be handed over", by.group.slug)
    return sent
