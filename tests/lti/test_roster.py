"""A course is a group: who teaches leads it, who learns is a member, as the platform says and says anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from lti_tool.models import LtiMembership

from apps.groups.models import Group, Membership, Role
from apps.lti import roster
from apps.lti.models import Course
from tests.lti.platform import INSTRUCTOR, LEARNER


def roles() -> dict[str, str]:
    rows = Membership.objects.current().select_related("user")
    return {one.user.name: one.role for one in rows}


def synced() -> Course:
    course = Course.objects.select_related("context__deployment__registration", "group").get()
    assert roster.sync(course, timezone.now())
    course.refresh_from_db()
    return course


@pytest.fixture
def course(visitor) -> Course:
    visitor().come()
    visitor().teach()
    return Course.objects.get()


def test_whoever_teaches_makes_the_group_and_leads_it(visitor):
    visitor().teach()
    assert Group.objects.get().name == "Machine learning 101"
    assert roles() == {"Tina": Role.LEAD}


def test_a_learner_alone_makes_none(visitor):
    visitor().come()
    assert not Group.objects.exists()


def test_who_came_before_is_in_it(course):
    assert roles() == {"Tina": Role.LEAD, "Bob of the School": Role.MEMBER}


def test_without_a_course_there_is_no_group(visitor):
    visitor().teach(context=None)
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    "role", ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor", "Mentor", "Instructor#x", 7]
)
def test_only_who_teaches_this_course_leads(visitor, role):
    visitor().come(roles=[role])
    assert not Group.objects.exists()


def test_the_short_name_of_a_role_counts(visitor):
    visitor().teach(roles=["Instructor"])
    assert roles() == {"Tina": Role.LEAD}


def member(user_id: str, *what: str, status: str = "Active") -> dict:
    return {"user_id": user_id, "roles": list(what), "status": status}


def test_the_list_is_read_page_by_page(course, platform):
    platform.page_size = 2
    platform.members = [
        member("tina-1", INSTRUCTOR),
        *(member(f"new-{n}", LEARNER) for n in range(4)),
        member("bob-17", LEARNER),
    ]
    assert synced().not_here == 4
    assert roles() == {"Tina": Role.LEAD, "Bob of the School": Role.MEMBER}


def test_roles_follow_the_platform(course, platform):
    platform.members = [member("tina-1", INSTRUCTOR), member("bob-17", INSTRUCTOR)]
    synced()
    assert roles()["Bob of the School"] == Role.LEAD
    platform.members = [member("tina-1", LEARNER), member("bob-17", INSTRUCTOR)]
    synced()
    assert roles() == {"Tina": Role.MEMBER, "Bob of the School": Role.LEAD}


@pytest.mark.parametrize(
    "gone", [[], [member("bob-17", LEARNER, status="Inactive")], [member("bob-17", LEARNER, status="Deleted")]]
)
def test_who_is_gone_there_is_gone_here_and_may_come_back(course, platform, gone):
    platform.members = [member("tina-1", INSTRUCTOR), *gone]
    synced()
    assert roles() == {"Tina": Role.LEAD}
    platform.members = [member("tina-1", INSTRUCTOR), member("bob-17", LEARNER)]
    synced()
    assert roles()["Bob of the School"] == Role.MEMBER


def test_a_group_keeps_its_last_lead(course, platform):
    platform.members = [member("bob-17", LEARNER)]
    synced()
    assert roles()["Tina"] == Role.LEAD
    platform.members = [member("tina-1", LEARNER), member("bob-17", LEARNER)]
    synced()
    assert roles()["Tina"] == Role.LEAD


def test_what_a_lead_changed_by_hand_stays(course, platform):
    Membership.objects.filter(user__name="Bob of the School").update(role=Role.COLEAD)
    platform.members = [member("tina-1", INSTRUCTOR), member("bob-17", LEARNER)]
    synced()
    assert roles()["Bob of the School"] == Role.COLEAD


def test_who_left_is_back_when_they_come_and_not_before(course, platform, visitor):
    Membership.objects.filter(user__name="Bob of the School").update(left_at=timezone.now())
    platform.members = [member("tina-1", INSTRUCTOR), member("bob-17", LEARNER)]
    synced()
    assert roles() == {"Tina": Role.LEAD}
    visitor().come()
    assert roles()["Bob of the School"] == Role.MEMBER


def test_who_is_in_it_by_an_invitation_stays(course, platform, charlie):
    Membership.objects.create(group=course.group, user=charlie)
    platform.members = [member("tina-1", INSTRUCTOR)]
    synced()
    assert roles()["Charlie"] == Role.MEMBER


def test_an_archived_group_stays_as_it_is(course, visitor):
    Group.objects.update(archived_at=timezone.now())
    visitor().come(sub="carl", name="Carl")
    assert "Carl" not in roles()


def test_a_platform_that_does_not_say_is_asked_again(course, platform):
    LtiMembership.objects.get(user__sub="bob-17")
    platform.members = "nobody"  # no list
    now = timezone.now()
    Course.objects.update(sync_due_at=now)
    assert roster.sync_due(now) == 0
    course.refresh_from_db()
    assert course.sync_error
    assert course.sync_due_at > now
    assert roles() == {"Tina": Role.LEAD, "Bob of the School": Role.MEMBER}
    platform.members = [member("tina-1", INSTRUCTOR), member("bob-17", LEARNER)]
    assert roster.sync_due(course.sync_due_at) == 1
    assert roster.sync_due(now + timedelta(hours=1)) == 0


def test_a_lead_who_comes_has_the_list_looked_at(course):
    assert course.sync_due_at is not None


@pytest.mark.parametrize("bound", [("LIST_S", -1.0), ("MOST_MEMBERS", 2), ("MOST_PAGES", 2)])
def test_a_list_that_does_not_end_is_left(course, platform, monkeypatch, bound):
    platform.members = [{"user_id": str(n), "roles": ["Learner"], "status": "Active"} for n in range(5)]
    platform.page_size = 1
    monkeypatch.setattr(roster, *bound)
    assert not roster.sync(course, timezone.now())
    course.refresh_from_db()
    assert course.sync_error == roster.ENDLESS
