"""Making a group, and putting it aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts import audit
from apps.accounts.notifications import notify

from ..models import Group, Membership, Role

if TYPE_CHECKING:
    from apps.accounts.models import User

# First parts of addresses below /groups/ that are no group; a test holds them against the addresses there are.
RESERVED = frozenset({"new", "join", "undo", "reminders", "unsubscribe", "calendar"})
SLUG_LENGTH = 50  # leaves room for a number
SLUG_TRIES = 5


def create(*, by: User, name: str, summary: str, time_zone: str) -> Group:
    """Make a group that `by` leads. Its address is made from the name and stays, also where the name changes."""
    for left in reversed(range(SLUG_TRIES)):
        try:
            with transaction.atomic():
                group = Group.objects.create(
                    slug=free_slug(name), name=name, summary=summary, time_zone=time_zone, created_by=by
                )
                Membership.objects.create(group=group, user=by, role=Role.LEAD)
                return group
        except IntegrityError:
            # Two groups of one name at once: the second one takes the next number.
            if not left:
                raise
    raise AssertionError("unreachable")


def free_slug(name: str) -> str:
    """An address for a group of this name that no other one has; `group` where the name has no Latin letter."""
    slug = slugify(name)[:SLUG_LENGTH].strip("-") or "group"
    taken = RESERVED | set(Group.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    if slug not in taken:
        return slug
    return next(found for number in range(2, len(taken) + 3) if (found := f"{slug}-{number}") not in taken)


def archive(*, group: Group, by: User) -> bool:
    """From now on it can only be read. False where it was archived already."""
    return _set_archived(group, by, archived=True)


def restore(*, group: Group, by: User) -> bool:
    """It goes on. False where it does already."""
    return _set_archived(group, by, archived=False)


def _set_archived(group: Group, by: User, *, archived: bool) -> bool:
    verb = "archived" if archived else "brought back"
    with transaction.atomic():
        now = timezone.now() if archived else None
        changed = Group.objects.filter(pk=group.pk, archived_at__isnull=archived).update(archived_at=now)
        if changed:
            url = reverse("groups:group", args=[group.slug])
            audit.record(
                actor=by, subject=None, act="archive", what=f"{verb.capitalize()}: {group}", where=group.name, url=url
            )
            others = [one.user for one in group.memberships.current().exclude(user=by).select_related("user")]
            names = {"by": by, "group": group}

            def text() -> str:
                said = (
                    _("%(by)s archived the group %(group)s.")
                    if archived
                    else _("%(by)s brought back the group %(group)s.")
                )
                return said % names

            notify(others, kind="group", naming=by, text=text, url=url)
    group.refresh_from_db()
    return bool(changed)
