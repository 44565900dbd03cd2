"""A learner who chose so is told that their hand-in is graded, or that we could not."""

import pytest

from apps.accounts.models import Mail, Notification
from apps.accounts.notifications import choose
from apps.submissions.services.faults import give_up
from tests.submissions.conftest import desk, exercise, package  # noqa: F401 - fixtures


def test_by_default_nobody_is(desk, bob):  # noqa: F811
    desk.done(bob)
    assert not Notification.objects.exists()


@pytest.mark.parametrize("channel", ["inbox", "at-once"])
def test_who_chose_it_is(desk, bob, channel):  # noqa: F811
    choose(bob, {"graded": channel})
    run = desk.done(bob, points=(3, 0))
    told = Notification.objects.get(user=bob)
    assert told.text == "Your hand-in 1 of Doubling numbers is graded: 3 of 4 points."
    assert told.url == run.submission.get_absolute_url()
    assert Mail.objects.count() == (channel == "at-once")


def test_of_our_fault_too(desk, bob):  # noqa: F811
    choose(bob, {"graded": "inbox"})
    give_up(desk.running(bob), kind="lost", detail="")
    assert "by our fault. It cost you no attempt." in Notification.objects.get(user=bob).text
