"""Which hand-ins the leads of a group may look at, and act on.

Of a current member: those for exercises on the group's plan, and all where the member shares all of their learning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.http import Http404
from django.urls import reverse

from apps.submissions.models import Submission

from .models import LEADING, Assignment, Membership

if TYPE_CHECKING:
    from apps.exercises.models import Exercise

    from .querysets import MembershipQuerySet


def helpers_of(submission: Submission) -> dict[int, str]:
    """The leads who may look at a hand-in, and the page on which each does (one query). For submissions.access.

    Who leads its learner in several groups looks at it in one that is not archived, if there is any.
    """
    learning = showing(submission.user_id, submission.exercise_id)
    leads = Membership.objects.current().filter(role__in=LEADING, group__in=learning.values("group"))
    rows = leads.order_by(F("group__archived_at").asc(nulls_last=True), "group_id").values_list("user", "group__slug")
    return {user: reverse("groups:work", args=[slug, submission.pk]) for user, slug in rows}


def showing(learner: int, exercise: int) -> MembershipQuerySet:
    """The memberships by which leads see what this learner does at this exercise: planned there, or all is shared."""
    planned = Assignment.objects.filter(group=OuterRef("group"), exercise=exercise)
    return Membership.objects.current().filter(Q(shares_all=True) | Exists(planned), user=learner)


def get_work(leading: Membership, pk: UUID, *, planned: bool = False) -> Submission:
    """A hand-in that this lead may look at in this group; where it has to be `planned`, also act on. Raises Http404."""
    submission: Submission | None = Submission.objects.with_runs().select_related("version").filter(pk=pk).first()
    if submission is not None:
        members = leading.group.memberships.current()
        member = members.filter(user=submission.user_id).first()
        if member and ((member.shares_all and not planned) or is_planned(leading, submission.exercise)):
            return submission
    raise Http404("There is no such hand-in.")


def is_planned(leading: Membership, exercise: Exercise) -> bool:
    """Whether the exercise is on the group's plan: only then its leads may give scores and attempts."""
    return leading.group.assignments.filter(exercise=exercise).exists()
