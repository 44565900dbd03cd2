"""Who may see what of a group: for a stranger it does not exist; a member who may not is told so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .models import Group, Membership

if TYPE_CHECKING:
    from apps.accounts.models import User

ARCHIVED = gettext_noop("This group is archived: it can be read, and nothing in it changes. A lead can bring it back.")


class GroupArchived(PermissionDenied):
    """Somebody wants to change what can only be read."""


def check_open(group: Group) -> None:
    """For whatever changes a group or what is in it. Raises GroupArchived, which becomes a page that says so."""
    if group.is_archived:
        raise GroupArchived(_(ARCHIVED))


def get_membership(user: User, slug: str) -> Membership:
    """The user's membership, with its group. Raises Http404 for whoever is not in it, staff too."""
    found = Membership.objects.current().select_related("group", "user").filter(group__slug=slug, user=user.pk).first()
    if found is None:
        raise Http404("There is no such group.")
    return found


def get_leadership(user: User, slug: str) -> Membership:
    """The membership of a lead or co-lead. Raises Http404 for a stranger, PermissionDenied for a member."""
    membership = get_membership(user, slug)
    if not membership.leads:
        raise PermissionDenied(_("Only leads of the group may do this."))
    return membership


def get_member(membership: Membership, user_id: int) -> Membership:
    """Another current member of the same group. Raises Http404."""
    found = membership.group.memberships.current().select_related("user").filter(user_id=user_id).first()
    if found is None:
        raise Http404("There is no such member.")
    return found
