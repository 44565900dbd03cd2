"""Regrades by leads: of the group's members and its assigned exercises, and of nothing else."""

import pytest
from django.utils import timezone

from apps.accounts.models import AuditEntry
from apps.groups.models import GroupRegrade, Membership
from apps.groups.services import regrades as services
from apps.submissions.models import Regrade
from tests.submissions.conftest import fresh

LIST = "/groups/circle/regrades/"


@pytest.fixture
def lead(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def assigned(circle, assign, desk):
    return assign(desk.exercise)


def begin(office, group):
    regrade = services.start(by=office.lead, group=group, exercise=office.desk.exercise, reason="A wrong test.")
    return office.work(regrade)


@pytest.fixture
def current(office, desk):
    """Once something is handed in, the second version is the current one."""

    def current_():
        desk.exercise.current_version = office.version
        return office

    return current_


def test_only_hand_ins_of_members_are_compared(circle, assigned, desk, current, bob, charlie):
    run = desk.done(bob)
    desk.done(charlie)
    regrade = begin(current(), circle)
    assert [item.run_id for item in regrade.items.all()] == [run.pk]
    assert regrade.where == "The circle"


def test_the_form_offers_assigned_exercises_with_hand_ins_of_members(lead, circle, desk, office, bob, charlie, assign):
    desk.done(charlie)
    assert "Nothing to do" in lead.get(LIST).text
    desk.done(bob)
    assert "Nothing to do" in lead.get(LIST).text
    assign(desk.exercise)
    assert "Doubling numbers (1 hand-in)" in lead.get(LIST).text


def test_begun_compared_and_applied_on_the_pages(lead, circle, assigned, desk, office, bob):
    run = desk.done(bob, points=(1, 1))
    office.kinder.bonus = 2
    response = lead.post(LIST, {"exercise": desk.exercise.pk, "reason": "A wrong test."})
    regrade = Regrade.objects.get()
    page = f"{LIST}{regrade.pk}/"
    assert response["Location"] == page
    office.work(regrade)
    assert "+2" in lead.get(page).text
    assert lead.post(page + "apply/", {"how": "apply"})["Location"] == page
    office.work(regrade)
    assert fresh(run).score == 4
    entry = AuditEntry.objects.get()
    assert (entry.subject, entry.where) == (bob, "The circle")


def test_who_has_left_is_on_no_page_and_keeps_their_score(lead, circle, assigned, desk, current, alice, bob):
    run, mine = desk.done(bob, points=(1, 1)), desk.done(alice, points=(1, 1))
    office = current()
    office.kinder.bonus = 2
    regrade = begin(office, circle)
    Membership.objects.filter(user=bob).update(left_at=timezone.now())
    page = f"{LIST}{regrade.pk}/"
    assert "Bob" not in lead.get(page).text
    lead.post(page + "apply/", {"how": "apply"})
    office.work(regrade)
    assert (fresh(run).score, fresh(mine).score) == (2, 4)


def test_regrades_of_staff_and_of_other_groups_are_not_there(lead, circle, assigned, desk, office, bob):
    desk.done(bob)
    regrade = office.compared()
    assert lead.get(f"{LIST}{regrade.pk}/").status_code == 404
    assert "So far" not in lead.get(LIST).text


def test_once_the_exercise_is_no_longer_assigned_its_regrade_is_gone(lead, circle, assigned, desk, current, bob):
    desk.done(bob)
    regrade = begin(current(), circle)
    assert lead.get(f"{LIST}{regrade.pk}/").status_code == 200
    assigned.delete()
    assert lead.get(f"{LIST}{regrade.pk}/").status_code == 404


def test_one_that_is_refused_leaves_nothing(lead, circle, assigned, desk, office, bob):
    desk.done(bob)
    office.start()
    response = lead.post(LIST, {"exercise": desk.exercise.pk, "reason": "Again."})
    assert response.status_code == 422
    assert not GroupRegrade.objects.exists()
