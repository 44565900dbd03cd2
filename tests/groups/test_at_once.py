"""What several people do in the same moment, each over a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.groups.models import Invitation, Membership, Role
from apps.groups.services import invitations, members
from apps.groups.services.invitations import InvitationRefused
from apps.groups.services.members import MemberRefused

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each of them came to, or was refused with; all begin together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(timeout=30)
            return act()
        except (InvitationRefused, MemberRefused) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def member(user) -> Membership:
    return Membership.objects.select_related("group", "user").get(user=user)


def test_of_six_for_three_places_three_join(circle, alice, django_user_model):
    invitation = invitations.make_link(by=member(alice), days=7, limit=3)
    users = [django_user_model.objects.create_user(f"m{number}@example.org") for number in range(6)]

    def join(user) -> Callable[[], object]:
        own = Invitation.objects.select_related("group").get(pk=invitation.pk)
        return lambda: invitations.accept(invitation=own, user=user)

    outcomes = at_once(*[join(user) for user in users])
    refusals = [one for one in outcomes if isinstance(one, InvitationRefused)]
    assert [one.id for one in refusals] == ["used-up"] * 3
    assert circle.memberships.filter(user__in=users).count() == 3
    assert Invitation.objects.get().used == 3


def test_one_who_clicks_four_times_takes_one_place(circle, alice, charlie):
    invitation = invitations.make_link(by=member(alice), days=7, limit=2)
    outcomes = at_once(*[lambda: invitations.accept(invitation=invitation, user=charlie)] * 4)
    assert {one.pk for one in outcomes} == {member(charlie).pk}
    assert Invitation.objects.get().used == 1


def test_of_two_leads_who_go_at_once_one_stays(circle, alice, dana):
    Membership.objects.filter(user=dana).update(role=Role.LEAD)
    first, second = member(alice), member(dana)
    outcomes = at_once(lambda: members.leave(member=first), lambda: members.leave(member=second))
    assert sum(isinstance(one, MemberRefused) for one in outcomes) == 1
    assert circle.memberships.current().filter(role=Role.LEAD).count() == 1
