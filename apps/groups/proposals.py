"""What a group's plan proposes to a member on the first page: see apps.catalog.suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.template.defaultfilters import date as written
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.zones import is_zone
from apps.catalog.suggestions import Suggestion

from .models import Assignment, Membership
from .own_work import own_work

if TYPE_CHECKING:
    from apps.accounts.models import User

DUE = 5  # people wait for it: before everything else
AHEAD = timedelta(days=7)


def suggestions(user: User) -> Iterator[Suggestion]:
    """What is due first of what is due within a week and not done (six queries at most; one without a plan)."""
    now = timezone.now()
    mine = Membership.objects.current().filter(user=user, group__archived_at__isnull=True).values("group")
    soon = (now, now + AHEAD)
    coming = Q(due_at__range=soon) | Q(meeting__starts_at__range=soon, due_at=None) | Q(extensions__user=user)
    found = Assignment.objects.with_items().select_related("group").filter(coming, group__in=mine, optional=False)
    assignments = list(found.distinct())
    if not assignments:
        return
    items = own_work(user=user, assignments=assignments, now=now)
    due = [(one.due, one) for one in items if one.due and now <= one.due <= now + AHEAD and not one.progress.is_done]
    if not due:
        return
    at, first = min(due, key=lambda pair: (pair[0], pair[1].assignment.pk))
    assignment = first.assignment
    zone = ZoneInfo(next((one for one in (user.time_zone, assignment.group.time_zone) if is_zone(one)), "UTC"))
    told = {"group": assignment.group, "n": len(due) - 1, "due": _said(at.astimezone(zone), now.astimezone(zone))}
    if len(due) > 1:
        reason = ngettext(
            "%(group)s has it on its plan, and %(n)d more: due %(due)s.",
            "%(group)s has it on its plan, and %(n)d more: due %(due)s.",
            len(due) - 1,
        )
    else:
        reason = _("%(group)s has it on its plan: due %(due)s.")
    yield Suggestion(
        rank=DUE,
        title=str(assignment),
        reason=reason % told,
        url=assignment.item.get_absolute_url(),
        accent=assignment.item.section.track.accent,
        action=first.verb,
        icon="users",
    )


def _said(at: datetime, now: datetime) -> str:
    """`today, 18:00`, `tomorrow, 18:00`, later `Friday 27 November, 18:00`; both by the same clock."""
    days = (at.date() - now.date()).days
    if days > 1:
        return written(at, "l j F, H:i")
    return (_("tomorrow, %(time)s") if days else _("today, %(time)s")) % {"time": written(at, "H:i")}
