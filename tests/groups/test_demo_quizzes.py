"""A simulated learner's quiz is the same whenever it is made."""

from random import Random

import pytest
from django.utils import timezone

from apps.groups.demo.learners import Learner
from apps.groups.demo.quizzes import take_quiz
from tests.quizzes.site import entry, load

LOST = Learner("Lost Lowe", -9.0, 1.0, 2.0)


@pytest.mark.django_db
def test_the_same_questions_and_the_same_answers(bob):
    quiz, at = load(entry()), timezone.now()

    def taken() -> list[tuple[object, ...]]:
        attempt = take_quiz(Random(3), user=bob, learner=LOST, quiz=quiz, at=at)
        found = list(attempt.answers.values_list("question__slug", "seed", "response", "share", "answered_at"))
        attempt.delete()
        return found

    first = taken()
    assert len(first) == quiz.questions.count()
    assert taken() == first
