"""Regrades of a group: of its current members' hand-ins for what it is assigned, and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from apps.submissions.services import regrading

from ..models import GroupRegrade

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.exercises.models import Exercise
    from apps.submissions.models import Regrade

    from ..models import Group

LEFT = gettext_noop("Its learner has left the group.")  # kept as it is here, translated where it is shown


def start(*, by: User, group: Group, exercise: Exercise, reason: str) -> Regrade:
    """Compare the hand-ins of the group's members by the current version. Raises regrading.RegradeRefused."""
    with transaction.atomic():
        regrade = regrading.start(
            by=by,
            exercise=exercise,
            version=exercise.current_version,
            reason=reason,
            users=member_keys(group),
            where=group.name,
        )
        GroupRegrade.objects.create(regrade=regrade, group=group)
    return regrade


def leave_out_who_left(regrade: Regrade, group: Group) -> int:
    """Before it is applied: whoever has left the group since it was begun is no longer concerned. Returns how many."""
    others = regrade.items.filter(applied=False).exclude(run__submission__user__in=member_keys(group))
    return int(others.update(problem=LEFT))


def member_keys(group: Group) -> list[int]:
    """The keys of those who are in the group now."""
    return list(group.memberships.current().values_list("user_id", flat=True))
