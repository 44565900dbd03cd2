"""What a group keeps of a learner who deletes their account: that somebody did an item, and nothing of who."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User

from .dashboard.reading import read
from .dashboard.states import ALL_DONE, EXTENDED, LATE, NOT_BEGUN, matrix
from .models import FormerFigure, Membership, Role


def keep_figures(user: User) -> None:
    """Called in the transaction in which the account goes: counts it in, for each group where it learns."""
    now = timezone.now()
    mine = Membership.objects.current().filter(user=user, role=Role.MEMBER).select_related("group")
    for membership in mine:
        facts = read(membership.group, now, member=user.pk)
        codes = matrix(facts, int(now.timestamp()))[user.pk]
        for column, code in zip(facts.columns, codes, strict=True):
            row, _ = FormerFigure.objects.get_or_create(assignment_id=column.id)
            begun = code not in {NOT_BEGUN, LATE, EXTENDED}
            FormerFigure.objects.filter(pk=row.pk).update(
                people=F("people") + 1, begun=F("begun") + int(begun), done=F("done") + int(code in ALL_DONE)
            )
