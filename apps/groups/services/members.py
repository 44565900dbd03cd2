"""Who is in a group, and as what. The group's row is locked meanwhile, so that it never is without a lead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts import audit
from apps.accounts.notifications import notify

from ..models import Group, Membership, Role

if TYPE_CHECKING:
    from apps.accounts.models import User

UNDO_SALT = "groups.undo"
UNDO_FOR = timedelta(minutes=10)

ONLY_LEAD = gettext_noop(
    "You are the only lead of this group. Name another lead first, under Members; or archive the group."
)
NOT_YOURS = gettext_noop("Only a lead may name leads, or change what a lead is.")
CHANGED = gettext_noop("That has changed meanwhile. Look at the list again.")

ARTICLES = {Role.LEAD: "a lead", Role.COLEAD: "a co-lead", Role.MEMBER: "a member"}  # on record


class MemberRefused(Exception):
    """A change that can't be made; the text says why, to whoever wanted it."""

    def __init__(self, why: str) -> None:
        super().__init__(_(why))


def set_role(*, by: Membership, member: Membership, role: Role) -> None:
    """Make `member` a lead, a co-lead or a member. Raises MemberRefused."""
    with transaction.atomic():
        by, member = _locked(by, member)
        if member.role == role:
            return
        if Role.LEAD in (role, member.role) and by.role != Role.LEAD:
            raise MemberRefused(NOT_YOURS)
        if member.role == Role.LEAD and _leads(member.group) == 1:
            raise MemberRefused(ONLY_LEAD)
        Membership.objects.filter(pk=member.pk).update(role=role)
        _tell(by, member, act="role", what=f"made {{who}} {ARTICLES[role]} of {{group}}", text=partial(_named, role))


def remove(*, by: Membership, member: Membership) -> str:
    """Take somebody out of the group; returns what `undo` asks for. Raises MemberRefused."""
    with transaction.atomic():
        by, member = _locked(by, member)
        if member.role == Role.LEAD and (by.role != Role.LEAD or by.pk == member.pk):
            raise MemberRefused(ONLY_LEAD if by.pk == member.pk else NOT_YOURS)
        token = _end(by, member)
        _tell(by, member, act="member", what="removed {who} from {group}", text=_removed, outside=True)
        return token


def leave(*, member: Membership) -> str:
    """Go; returns what `undo` asks for. Raises MemberRefused for the only lead."""
    with transaction.atomic():
        member = _locked(member, member)[1]
        if member.role == Role.LEAD and _leads(member.group) == 1:
            raise MemberRefused(ONLY_LEAD)
        token = _end(member, member)
        leads = member.group.memberships.leading().select_related("user")
        url = reverse("groups:members", args=[member.group.slug])
        names = {"who": member.user, "group": member.group}
        people = [one.user for one in leads]
        notify(people, kind="group", naming=member.user, text=lambda: _("%(who)s left %(group)s.") % names, url=url)
        return token


def ended(*, token: str, by: User) -> Membership | None:
    """The membership whose end `by` may still undo; None after ten minutes, and where it goes on again."""
    try:
        pk, left_at, actor = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_FOR)
    except signing.BadSignature:
        return None
    if actor != by.pk:
        return None
    rows = Membership.objects.select_related("group", "user")
    return rows.filter(pk=pk, left_at=datetime.fromisoformat(left_at)).first()


def undo(*, token: str, by: User) -> Membership | None:
    """Take back an end: whoever is back has the role they had. None where it is too late for that."""
    with transaction.atomic():
        member = ended(token=token, by=by)
        if member is None:
            return None
        own = member.user_id == by.pk
        leading = member.group.memberships.leading().filter(user=by).select_related("user", "group").first()
        if not (own or leading):
            return None
        back = Membership.objects.filter(pk=member.pk, left_at=member.left_at).update(left_at=None)
        if not back:
            return None
        member.left_at = None
        if leading and not own:
            _tell(leading, member, act="member", what="took {who} back into {group}", text=_taken_back)
        return member


def _locked(by: Membership, member: Membership) -> tuple[Membership, Membership]:
    """Both as they are now; until the transaction ends nobody else changes who is in the group."""
    Group.objects.select_for_update().get(pk=member.group_id)
    rows = Membership.objects.current().select_related("group", "user").in_bulk([by.pk, member.pk])
    if by.pk not in rows or member.pk not in rows or (by.pk != member.pk and not rows[by.pk].leads):
        raise MemberRefused(CHANGED)
    return rows[by.pk], rows[member.pk]


def _leads(group: Group) -> int:
    return group.memberships.current().filter(role=Role.LEAD).count()


def _end(by: Membership, member: Membership) -> str:
    now = timezone.now()
    Membership.objects.filter(pk=member.pk).update(left_at=now)
    return signing.dumps([member.pk, now.isoformat(), by.user_id], salt=UNDO_SALT)


def _named(role: Role) -> str:
    if role == Role.LEAD:
        return _("%(by)s made you a lead of %(group)s.")
    return (
        _("%(by)s made you a co-lead of %(group)s.")
        if role == Role.COLEAD
        else _("%(by)s made you a member of %(group)s.")
    )


def _removed() -> str:
    return _("%(by)s removed you from %(group)s.")


def _taken_back() -> str:
    return _("%(by)s took you back into %(group)s.")


def _tell(
    by: Membership, member: Membership, *, act: str, what: str, text: Callable[[], str], outside: bool = False
) -> None:
    """On record (`what`), and told to whom it concerns (`text`); `outside`: who can't see the group any more."""
    group = member.group
    url = reverse("groups:list") if outside else reverse("groups:group", args=[group.slug])
    who = "themselves" if by.user_id == member.user_id else str(member.user)
    said = what.format(who=who, group=group)
    said = said[0].upper() + said[1:]
    audit.record(actor=by.user, subject=member.user, act=act, what=said, where=group.name, url=url)
    if by.user_id != member.user_id:
        names = {"by": by.user, "group": group}
        notify([member.user], kind="group", naming=by.user, text=lambda: text() % names, url=url)
