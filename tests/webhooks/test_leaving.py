"""Of whoever leaves no message speaks any more, as learner or as who commented; others' messages stay."""

import pytest
from django.utils import timezone

from apps.accounts import leaving
from apps.accounts.models import User
from apps.submissions.services import comments
from apps.webhooks.models import Delivery


@pytest.fixture
def talk(endpoint, assign, exercise, desk, bob, alice):
    """Bob's hand-in was graded, and Alice commented on it."""
    assign(exercise)
    run = desk.done(bob)
    comments.comment(author=alice, submission=run.submission, text="Good")


def leaves(user: User, name: str) -> None:
    User.objects.filter(pk=user.pk).update(name=name, leaves_at=timezone.now())
    assert leaving.erase_due(timezone.now()) == 1


def kinds() -> list[str]:
    return sorted(Delivery.objects.values_list("kind", flat=True))


@pytest.mark.parametrize("name", ["Bob", "Somebody else by now"])
def test_what_is_about_the_learner_goes_whatever_they_were_called(talk, bob, name):
    leaves(bob, name)
    assert kinds() == []


@pytest.mark.parametrize("name", ["Dana", "Somebody else by now"])
def test_so_does_what_says_that_they_commented(talk, dana, bob, desk, name):
    comments.comment(author=dana, submission=desk.done(bob).submission, text="Fine")
    leaves(dana, name)
    assert "Dana" not in "".join(Delivery.objects.values_list("body", flat=True))
    assert kinds() == ["comment.created", "submission.graded", "submission.graded"]


@pytest.mark.parametrize("name", ["Bob", "o", "name"])
def test_a_word_or_a_letter_of_others_names_takes_nothing_along(talk, dana, name):
    leaves(dana, name)
    assert kinds() == ["comment.created", "submission.graded"]
