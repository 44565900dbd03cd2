"""What a group's plan proposes on the first page: what is due first, to its members, until it is done."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.catalog.services import mark_done
from apps.groups.models import Meeting, Membership
from apps.groups.proposals import suggestions


@pytest.fixture
def meeting(circle) -> Meeting:
    return Meeting.objects.create(group=circle, title="Trees", starts_at=timezone.now() + timedelta(days=2))


def test_without_a_plan_there_is_nothing_and_it_costs_one_query(circle, bob, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert list(suggestions(bob)) == []


def test_what_is_due_first_is_proposed_with_its_group_and_date(
    assign, meeting, resource, exercise, bob, django_assert_max_num_queries
):
    assign(exercise, meeting=meeting)
    assign(resource, due_at=meeting.starts_at - timedelta(days=1))
    with django_assert_max_num_queries(6):
        (found,) = suggestions(bob)
    assert found.url == resource.get_absolute_url()
    assert found.reason.startswith("The circle has it on its plan, and 1 more: due ")
    mark_done(user=bob, resource=resource)
    (found,) = suggestions(bob)
    assert found.url == exercise.get_absolute_url()
    assert "more" not in found.reason


@pytest.mark.parametrize(
    ("now", "zone", "due"),
    [
        ("2026-11-25T12:00Z", "UTC", "Friday 27 November, 00:30"),
        ("2026-11-26T12:00Z", "UTC", "tomorrow, 00:30"),
        ("2026-11-26T12:00Z", "America/New_York", "today, 19:30"),
        ("2026-11-27T00:00Z", "UTC", "today, 00:30"),
    ],
)
def test_what_is_due_soon_is_said_as_people_say_it(assign, resource, bob, monkeypatch, now, zone, due):
    bob.time_zone = zone
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat(now))
    assign(resource, due_at=datetime(2026, 11, 27, 0, 30, tzinfo=UTC))
    (found,) = suggestions(bob)
    assert found.reason == f"The circle has it on its plan: due {due}."


def test_it_stands_first_on_the_first_page(assign, meeting, resource, bob, client):
    assign(resource, meeting=meeting)
    client.force_login(bob)
    assert client.get(reverse("home")).context["steps"][0].url == resource.get_absolute_url()


def test_what_is_optional_past_far_ahead_archived_or_a_strangers_is_not(
    assign, circle, meeting, resource, bob, charlie
):
    one = assign(resource, meeting=meeting, optional=True)
    assert list(suggestions(bob)) == []
    one.optional = False
    for days in (-1, 20):
        one.due_at = timezone.now() + timedelta(days=days)
        one.save()
        assert list(suggestions(bob)) == []
    one.due_at = None
    one.save()
    assert len(list(suggestions(bob))) == 1
    assert list(suggestions(charlie)) == []
    circle.archived_at = timezone.now()
    circle.save()
    assert list(suggestions(bob)) == []
    circle.archived_at = None
    circle.save()
    Membership.objects.filter(user=bob).update(left_at=timezone.now())
    assert list(suggestions(bob)) == []
