"""What hand-ins propose to a learner on the first page: see apps.catalog.suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.catalog.suggestions import Suggestion

from .constants import FINAL_STATES
from .models import Standing

if TYPE_CHECKING:
    from apps.accounts.models import User

UNDER_WAY, NOT_YET = 15, 25


def suggestions(user: User) -> Iterator[Suggestion]:
    """The exercise that they handed in last and that has not all its points yet (one query)."""
    open_ones = Standing.objects.filter(user=user, passed_at=None, latest__isnull=False, exercise__retired=False)
    last = open_ones.select_related("latest", "exercise__section__track").order_by("-latest_at").first()
    if last is None or last.latest is None:
        return
    exercise = last.exercise
    if last.latest_state not in FINAL_STATES:
        rank, reason, action = UNDER_WAY, _("Your notebook is on its way. See how far it is."), _("See it run")
    else:
        rank, action = NOT_YET, _("See what is open")
        reason = _("Your last hand-in is not all right yet: “%(check)s” is open.") % {"check": last.failing_title}
        if not last.failing_title:
            reason = _("Your last hand-in has not all its points yet.")
    yield Suggestion(
        rank=rank,
        title=exercise.title,
        reason=reason,
        url=last.latest.get_absolute_url(),
        accent=exercise.section.track.accent,
        action=action,
        icon="notebook-pen",
    )
