"""What a member has to do, and how far they are."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.catalog.models import Completion
from apps.groups.models import Assignment, Extension, Meeting
from apps.groups.own_work import own_work
from apps.quizzes.models import Answer
from apps.quizzes.services import finish
from apps.submissions.models import Standing
from studyhub import bell
from tests.quizzes.pages import begin, load_examples

NOW = timezone.now()


@pytest.fixture
def meeting(circle) -> Meeting:
    return Meeting.objects.create(group=circle, title="Trees", starts_at=NOW - timedelta(hours=1))


def work_of(user):
    return own_work(user=user, assignments=Assignment.objects.with_items(), now=NOW)


def words(user) -> list[str]:
    return [item.progress.words for item in work_of(user)]


def standing(user, exercise, **fields) -> Standing:
    row, _ = Standing.objects.update_or_create(
        user=user, exercise=exercise, defaults={"latest_state": "done", "latest_at": NOW, **fields}
    )
    return row


def test_an_article_is_read_once_it_is_marked_as_done(assign, resource, bob, charlie):
    assign(resource)
    assert [(item.verb, item.progress.words) for item in work_of(bob)] == [("Read", "Not yet")]
    Completion.objects.create(user=charlie, resource=resource)
    assert words(bob) == ["Not yet"]
    Completion.objects.create(user=bob, resource=resource)
    assert words(bob) == ["Done"]


def test_an_exercise_goes_by_its_hand_ins(assign, exercise, bob):
    assign(exercise)
    assert words(bob) == ["Not handed in"]
    standing(bob, exercise, latest_state="queued")
    assert words(bob) == ["Waiting"]
    standing(bob, exercise, best_share=0.5)
    assert words(bob) == ["50 % of the points"]
    standing(bob, exercise, best_share=1.0, passed_at=NOW)
    assert words(bob) == ["Passed"]


def test_it_is_due_when_its_meeting_starts_unless_one_has_more_time(assign, meeting, exercise, bob, dana):
    assignment = assign(exercise, meeting=meeting)
    later = NOW + timedelta(days=2)
    Extension.objects.create(assignment=assignment, user=dana, due_at=later)
    (late,), (extended,) = work_of(bob), work_of(dana)
    assert (late.due, late.is_late, late.extended) == (meeting.starts_at, True, False)
    assert (extended.due, extended.is_late, extended.extended) == (later, False, True)


def test_what_is_optional_or_done_is_never_late(assign, meeting, exercise, resource, bob):
    assign(exercise, meeting=meeting)
    assign(resource, meeting=meeting, optional=True)
    standing(bob, exercise, passed_at=NOW)
    assert [item.is_late for item in work_of(bob)] == [False, False]


def test_the_number_of_queries_does_not_grow(assign, exercise, resource, bob, django_assert_max_num_queries):
    assign(exercise), assign(resource)
    with django_assert_max_num_queries(5):
        work_of(bob)


@pytest.fixture
def quiz(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(bell, "send", lambda *arguments, **options: None)
    return load_examples(tmp_path / "notebooks", settings)


def test_a_quiz_goes_by_its_best_attempt_and_is_done_once_one_has_ended(assign, quiz, bob):
    assign(quiz)
    assert [(item.verb, item.progress.words) for item in work_of(bob)] == [("Answer", "Not begun")]
    first = begin(bob, quiz)
    answers = list(first.answers.all())
    assert words(bob) == [f"0 of {len(answers)} answered"]
    Answer.objects.filter(pk__in=[one.pk for one in answers[:2]]).update(state="scored", share=1.0)
    assert words(bob) == [f"2 of {len(answers)} answered"]
    finish(attempt=first)
    begin(bob, quiz)
    (item,) = work_of(bob)
    assert (item.progress.words, item.progress.is_done) == (f"2 of {len(answers)} right", True)
