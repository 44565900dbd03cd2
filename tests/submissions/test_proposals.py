"""What hand-ins propose on the first page: the last one that has not all its points."""

from apps.submissions.proposals import suggestions
from apps.submissions.services import cancel


def test_who_has_handed_nothing_in_gets_no_proposal(bob):
    assert list(suggestions(bob)) == []


def test_a_run_on_its_way_is_shown(desk, bob):
    run = desk.running(bob)
    (found,) = suggestions(bob)
    assert found.url == run.submission.get_absolute_url()
    assert "on its way" in found.reason


def test_of_one_that_is_not_all_right_the_check_that_fails_is_named(desk, bob, django_assert_num_queries):
    run = desk.done(bob, points=(0, 0))
    with django_assert_num_queries(1):
        (found,) = suggestions(bob)
    assert found.url == run.submission.get_absolute_url()
    assert "“" in found.reason
    assert "not all right yet" in found.reason


def test_what_has_passed_and_what_is_others_is_not_proposed(desk, bob, charlie):
    desk.done(bob, points=(0, 0))
    desk.done(bob)
    desk.done(charlie, points=(0, 0))
    assert list(suggestions(bob)) == []


def test_one_that_was_cancelled_says_no_more_than_that_it_is_open(desk, bob):
    run = desk.running(bob)
    cancel(run=run, actor=bob)
    (found,) = suggestions(bob)
    assert found.reason == "Your last hand-in has not all its points yet."
