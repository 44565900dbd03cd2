"""How far a learner is with each exercise and quiz stands beside it, on its track's page and in the lists."""

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.catalog import edition
from apps.quizzes.constants import AnswerState
from apps.quizzes.models import Answer, Question, QuestionVersion, Quiz, QuizAttempt
from apps.submissions.constants import State, Verdict
from apps.submissions.models import Standing
from studyhub import kept

TRACK = reverse("track", args=["regression"])
LIST = reverse("exercises:list")
HANDED_IN = {"latest_state": State.DONE, "latest_verdict": Verdict.FAILED}


@pytest.fixture
def exercise(make_exercise):
    return make_exercise("grow-a-tree")


@pytest.fixture
def stands(exercise):
    """Put somebody where these values say, with the exercise."""

    def stand(user, **values) -> None:
        values = {"latest_at": timezone.now()} | HANDED_IN | values
        Standing.objects.update_or_create(user=user, exercise=exercise, defaults=values)

    return stand


@pytest.fixture
def quiz(exercise):
    quiz = Quiz.objects.create(slug="trees", section=exercise.section, title="Trees", summary="Ask.")
    question = Question.objects.create(quiz=quiz, slug="one", kind="single", level="beginner")
    QuestionVersion.objects.create(question=question, digest="0" * 64, content={})
    return quiz


def page(client, user, address: str) -> str:
    client.force_login(user)
    return client.get(address).content.decode()


@pytest.mark.parametrize("address", [TRACK, LIST])
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"latest_verdict": Verdict.PASSED, "best_share": 1.0, "passed_at": timezone.now()}, "Passed"),
        ({"best_share": 1.0, "passed_at": timezone.now()}, "Passed"),
        ({"best_share": 0.5}, "Partly right"),
        ({"best_share": 0.0}, "Not right yet"),
        ({"latest_verdict": Verdict.TIMED_OUT}, "Out of time"),
        ({"best_share": 0.5, "latest_state": State.RUNNING, "latest_verdict": ""}, "Running"),
    ],
)
def test_an_exercise_says_how_far_one_is(client, bob, stands, address, values, said):
    stands(bob, **values)
    shown = page(client, bob, address)
    assert f"</svg>{said}</span>" in shown
    assert shown.count('class="state ') == 1


@pytest.mark.parametrize("address", [TRACK, LIST])
def test_what_was_taken_back_is_no_state(client, bob, stands, address):
    stands(bob, latest_state=State.CANCELLED, latest_verdict="")
    assert 'class="state ' not in page(client, bob, address)


@pytest.mark.parametrize("address", [TRACK, LIST])
def test_it_is_nobody_elses(client, bob, charlie, stands, address, monkeypatch):
    monkeypatch.setattr(kept, "_pieces", {})
    monkeypatch.setattr(edition, "_seen", ("", float("-inf")))
    stands(bob, best_share=0.5)
    assert "Partly right" in page(client, bob, address)
    assert "Partly right" not in page(client, charlie, address)
    client.logout()
    assert "Partly right" not in client.get(address).content.decode()
    stands(bob, best_share=1.0, passed_at=timezone.now())
    assert "Partly right" not in page(client, bob, address)


def test_a_quiz_says_how_much_was_right(client, bob, quiz):
    attempt = QuizAttempt.objects.create(user=bob, quiz=quiz, number=1)
    question = quiz.questions.get()
    answer = Answer.objects.create(
        attempt=attempt, user=bob, question=question, version=question.versions.get(), seed=1, position=0
    )
    assert "0 of 1 answered" in page(client, bob, TRACK)
    Answer.objects.filter(pk=answer.pk).update(state=AnswerState.SCORED, share=1.0)
    QuizAttempt.objects.filter(pk=attempt.pk).update(ended_at=timezone.now())
    assert "1 of 1 right" in page(client, bob, TRACK)
