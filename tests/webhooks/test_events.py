"""What is sent of what happens, to which group, and that nothing is lost and nothing told twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from apps.accounts.events import Event
from apps.groups.models import Group, Meeting, Membership
from apps.submissions.services import comments, grade_run, reviewing
from apps.submissions.services.faults import give_up
from apps.webhooks import listening, sending, services
from apps.webhooks.catalogue import KINDS
from apps.webhooks.models import Delivery, Endpoint
from tests.submissions.conftest import fresh

NOW = datetime(2030, 1, 15, 7, 0, tzinfo=UTC)


@pytest.fixture
def planned(assign, exercise):
    return assign(exercise)


def messages() -> list[dict]:
    return [json.loads(one.body) for one in Delivery.objects.order_by("pk")]


def shape(value):
    """Names and kinds of values, as far as a receiver relies on them."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def test_a_graded_hand_in_is_told_and_arrives(endpoint, receiver, planned, desk, bob):
    run = desk.done(bob, points=(3, 0))
    sending.send_due()
    message = receiver.received[0].verified(endpoint.secret)
    assert message["type"] == "submission.graded"
    data = message["data"]
    assert (data["score"], data["max_score"], data["by"]) == (3, 4, "grader")
    assert data["learner"] == {"id": bob.pk, "name": "Bob"}
    assert data["submission"]["url"] == f"http://localhost:8000/groups/circle/work/{run.submission_id}/"
    assert "bob@example.org" not in json.dumps(message)


def test_a_comment_is_told_without_its_text(endpoint, planned, desk, bob, alice):
    run = desk.done(bob)
    Delivery.objects.all().delete()
    comments.comment(author=alice, submission=run.submission, text="Between us two", cell=1)
    (message,) = messages()
    assert message["type"] == "comment.created"
    assert message["data"]["comment"]["author"]["name"] == "Alice"
    assert "Between us" not in json.dumps(message)


def test_a_score_by_hand_is_told_and_so_is_its_end(endpoint, planned, desk, bob, alice):
    run = desk.done(bob)
    reviewing.override(by=alice, submission=run.submission, points=2, reason="Half of it")
    reviewing.withdraw_override(by=alice, submission=fresh(run).submission, reason="No")
    assert [(one["data"]["by"], one["data"]["score"]) for one in messages()] == [
        ("grader", 4), ("lead", 2), ("grader", 4),
    ]  # fmt: skip


def test_a_fault_of_ours_is_told(endpoint, planned, desk, bob):
    give_up(desk.running(bob), kind="lost", detail="secret detail of a runner")
    (message,) = messages()
    assert message["type"] == "platform.fault"
    assert message["data"]["reason"]
    assert "secret detail" not in json.dumps(message)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"assignment.due"}))
def test_the_examples_of_the_guide_have_the_shape_of_what_is_sent(kind, endpoint, planned, desk, bob, alice):
    if kind == "platform.fault":
        give_up(desk.running(bob), kind="lost", detail="")
    else:
        run = desk.done(bob)
        comments.comment(author=alice, submission=run.submission, text="Good", cell=1)
    (found,) = [one for one in messages() if one["type"] == kind]
    assert shape(found["data"]) == shape(KINDS[kind].example)


class TestWhoIsTold:
    def test_nobody_of_an_exercise_that_is_not_on_the_plan(self, endpoint, desk, bob):
        desk.done(bob)
        assert messages() == []

    def test_where_the_member_shares_all_of_that_too(self, endpoint, desk, bob):
        Membership.objects.filter(user=bob).update(shares_all=True)
        desk.done(bob)
        assert len(messages()) == 1

    def test_nobody_of_a_stranger(self, endpoint, planned, desk, charlie):
        desk.done(charlie)
        assert messages() == []

    @pytest.mark.parametrize("end", ["left", "archived", "off", "not chosen"])
    def test_nobody_after_its_end(self, endpoint, planned, desk, bob, end):
        if end == "left":
            Membership.objects.filter(user=bob).update(left_at=NOW)
        elif end == "archived":
            Group.objects.update(archived_at=NOW)
        elif end == "off":
            services.switch_off(endpoint=endpoint)
        else:
            Endpoint.objects.update(events=["comment.created"])
        desk.done(bob)
        assert messages() == []

    def test_each_group_that_sees_it_and_each_endpoint(self, endpoint, planned, desk, bob, alice, receiver):
        other = Group.objects.create(slug="other", name="The others")
        other.memberships.create(user=bob, shares_all=True)
        services.add(by=alice, group=other, url=receiver.url, events=["submission.graded"])
        desk.done(bob)
        assert [one["data"]["group"]["slug"] for one in messages()] == ["circle", "other"]
        assert len(set(Delivery.objects.values_list("message_id", flat=True))) == 2


def test_what_did_not_happen_is_not_told(endpoint, planned, desk, bob):
    run = desk.grading(bob)
    with transaction.atomic():
        grade_run(run_id=str(run.pk), attempt=run.attempt)
        assert len(messages()) == 1
        transaction.set_rollback(True)
    assert messages() == []


def test_the_worker_is_rung_for_once_that_is_committed(endpoint, planned, desk, bob, rung, committed):
    with committed():
        desk.done(bob)
        assert rung == []
    assert ("webhooks.deliver", 0.0) in rung


def test_where_nobody_listens_it_costs_one_query(planned, desk, bob, django_assert_num_queries):
    run = desk.grading(bob)
    with django_assert_num_queries(1):
        listening.hear(
            Event("submission.graded", bob.pk, run.submission.exercise_id, facts=lambda: pytest.fail("Asked."))
        )


class TestDue:
    def test_a_day_before_once(self, endpoint, assign, resource, receiver):
        assign(resource, due_at=NOW + timedelta(hours=30))
        assert listening.announce_due(NOW) == 0
        later = NOW + timedelta(hours=7)
        assert [listening.announce_due(later) for _ in range(3)] == [1, 0, 0]
        sending.send_due()
        data = receiver.received[0].verified(endpoint.secret)["data"]
        assert shape(data) == shape(KINDS["assignment.due"].example)
        assert data["assignment"]["title"] == "A tree"
        assert data["assignment"]["due_at"] == "2030-01-16T13:00:00+00:00"

    def test_with_its_meeting(self, endpoint, circle, assign, resource):
        meeting = Meeting.objects.create(group=circle, title="Trees", starts_at=NOW + timedelta(hours=20))
        assign(resource, meeting=meeting)
        assert listening.announce_due(NOW) == 1

    def test_at_another_date_once_more(self, endpoint, assign, resource):
        assignment = assign(resource, due_at=NOW + timedelta(hours=20))
        assert listening.announce_due(NOW) == 1
        type(assignment).objects.update(due_at=NOW + timedelta(hours=22))
        assert listening.announce_due(NOW) == 1

    def test_of_another_group_nothing(self, endpoint, exercise):
        other = Group.objects.create(slug="other", name="The others")
        other.assignments.create(exercise=exercise, due_at=NOW + timedelta(hours=20))
        assert listening.announce_due(NOW) == 0


def test_what_is_a_month_old_goes_and_what_waits_stays(endpoint):
    old = NOW - timedelta(days=31)
    for state in ("sent", "failed", "waiting"):
        Delivery.objects.create(endpoint=endpoint, kind="ping", body="{}", state=state, created_at=old)
    Delivery.objects.create(endpoint=endpoint, kind="ping", body="{}", state="sent", created_at=NOW)
    assert sending.clear_old(NOW) == 2
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["sent", "waiting"]
