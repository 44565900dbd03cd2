"""What hand-ins propose on the first page of whoever helps: who waits for an answer, which score to look at again."""

import pytest

from apps.submissions import access, services
from apps.submissions.helping import suggestions
from apps.submissions.models import Run
from apps.submissions.services import reviewing
from tests.submissions.conftest import fresh


@pytest.fixture
def helped(monkeypatch, charlie) -> None:
    """Charlie, who is no staff, helps everybody."""
    monkeypatch.setattr(access, "_sources", [lambda submission: {charlie.pk: f"/work/{submission.number}/"}])


@pytest.fixture
def handed_in(desk, bob, helped):
    return desk.done(bob, points=(3, 0)).submission


def reasons(user) -> list[str]:
    return [one.reason for one in suggestions(user)]


def test_nothing_waits_for_who_helps_nobody(handed_in, bob, charlie, django_assert_num_queries):
    services.comment(author=bob, submission=handed_in, text="Why?")
    for user in (bob, charlie):
        with django_assert_num_queries(1):
            assert reasons(user) == []


def test_a_learner_who_wrote_back_waits_for_an_answer(handed_in, bob, charlie):
    services.comment(author=charlie, submission=handed_in, text="Look at the second cell.")
    assert reasons(charlie) == []
    services.comment(author=bob, submission=handed_in, text="And then?")
    (found,) = suggestions(charlie)
    assert found.url == "/work/1/#comments"
    assert found.reason == "Bob wrote back on hand-in 1, and has had no answer yet."
    assert reasons(bob) == []
    services.comment(author=charlie, submission=handed_in, text="Then double it.")
    assert reasons(charlie) == []


def test_who_has_waited_longest_comes_first(desk, handed_in, bob, charlie):
    second = desk.done(bob, points=(3, 0)).submission
    for author in (charlie, bob):
        for submission in (second, handed_in):
            services.comment(author=author, submission=submission, text="Well.")
    assert [one.url for one in suggestions(charlie)] == ["/work/2/#comments"]


def test_a_score_is_to_be_looked_at_where_the_grader_says_something_else(handed_in, charlie):
    services.override(by=charlie, submission=handed_in, points=4, reason="Nearly.")
    assert reasons(charlie) == []
    Run.objects.filter(submission=handed_in).update(score=1)
    reviewing.scored(fresh(handed_in.run))
    (found,) = suggestions(charlie)
    assert found.url == "/work/1/"
    assert "hand-in 1 of Bob" in found.reason
    services.keep_override(by=charlie, submission=handed_in)
    assert reasons(charlie) == []


def test_who_no_longer_helps_is_led_nowhere(handed_in, bob, charlie, monkeypatch):
    for author in (charlie, bob):
        services.comment(author=author, submission=handed_in, text="Well.")
    monkeypatch.setattr(access, "_sources", [])
    assert reasons(charlie) == []
