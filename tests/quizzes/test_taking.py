"""Taking a quiz: started once, answered once, resumed where it was left."""

from __future__ import annotations

import pytest

from apps.quizzes.constants import AnswerState
from apps.quizzes.models import Answer, Question, QuestionVersion, Quiz, QuizAttempt
from apps.quizzes.results import Unreadable
from apps.quizzes.services import finish, give_answer, note_shown, start, sync_quizzes, take_hint

from .site import QUESTIONS, entry, load, respond

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz():
    return load(entry())


@pytest.fixture
def attempt(quiz, bob):
    return start(user=bob, quiz=quiz)


class TestSync:
    def test_again_changes_nothing(self, quiz):
        before = list(QuestionVersion.objects.values_list("pk", "digest"))
        load(entry())
        assert list(QuestionVersion.objects.values_list("pk", "digest")) == before

    def test_a_changed_question_is_a_new_version_and_answers_keep_the_old_one(self, attempt, bob):
        load(entry(questions=QUESTIONS.replace("Which way does", "Where does")))
        asked = attempt.answers.get(question__slug="which-one")
        assert asked.variant.question.prompt.startswith("Which way")
        assert asked.question.current_version.asked.prompt.startswith("Where")

    def test_what_vanishes_is_retired_and_comes_back(self, quiz):
        sync_quizzes(quizzes=[])
        assert not Quiz.objects.on_offer().exists()
        assert Question.objects.filter(retired=True).count() == 3
        load(entry())
        assert Quiz.objects.on_offer().get().question_count == 3


class TestStart:
    def test_every_question_is_there_in_its_order(self, attempt):
        assert [answer.question.slug for answer in attempt.answers.all()] == ["which-one", "how-many", "what-word"]

    def test_an_unfinished_attempt_is_resumed(self, attempt, quiz, bob):
        assert start(user=bob, quiz=quiz) == attempt

    def test_after_it_has_ended_there_is_another_with_other_numbers(self, attempt, quiz, bob):
        finish(attempt=attempt)
        again = start(user=bob, quiz=quiz)
        assert again.number == 2
        assert set(again.answers.values_list("seed")) & set(attempt.answers.values_list("seed")) == set()

    def test_learners_have_attempts_of_their_own(self, attempt, quiz, charlie):
        assert start(user=charlie, quiz=quiz).number == 1
        assert QuizAttempt.objects.count() == 2


class TestAnswers:
    def test_a_right_one(self, attempt):
        for answer in attempt.answers.all():
            taken = respond(answer)
            assert (taken.state, taken.share, taken.certainty) == (AnswerState.SCORED, 1.0, "fairly")

    def test_a_wrong_one_is_told_why(self, attempt):
        taken = give_answer(
            answer=(answer := attempt.answers.get(question__slug="how-many")),
            response={"text": str(answer.variant.values["a"])},
        )
        assert taken.share == 0
        assert taken.chosen == ["mistake-0"]
        assert "You added nothing." in taken.message + str(taken.parts)

    def test_the_first_of_two_tabs_counts(self, attempt):
        one = attempt.answers.get(question__slug="what-word")
        other = Answer.objects.get(pk=one.pk)
        respond(one)
        late = respond(other, right=False)
        assert late.share == 1.0

    def test_an_unreadable_one_is_none_and_costs_nothing(self, attempt):
        answer = attempt.answers.get(question__slug="how-many")
        refused = give_answer(answer=answer, response={"text": "about seven"})
        assert isinstance(refused, Unreadable)
        assert Answer.objects.get(pk=answer.pk).is_open

    def test_nothing_is_taken_after_the_end(self, attempt):
        answer = attempt.answers.get(question__slug="what-word")
        assert finish(attempt=attempt)
        assert not finish(attempt=attempt)
        assert respond(answer).is_open

    def test_a_certainty_that_is_none_is_left_out(self, attempt):
        answer = attempt.answers.get(question__slug="what-word")
        assert give_answer(answer=answer, response={"text": "tensor"}, certainty="<script>").certainty == ""

    def test_a_hint_costs_its_share(self, attempt):
        answer = attempt.answers.get(question__slug="which-one")
        assert take_hint(answer=answer)
        assert not take_hint(answer=answer)
        taken = respond(answer)
        assert taken.share == 1.0
        assert taken.worth == pytest.approx(0.8)

    def test_after_the_answer_there_is_no_hint(self, attempt):
        answer = attempt.answers.get(question__slug="which-one")
        respond(answer)
        assert not take_hint(answer=answer)
        assert answer.hints_taken == 0

    def test_time_runs_from_when_it_was_first_shown(self, attempt):
        answer = attempt.answers.get(question__slug="which-one")
        assert respond(answer).seconds is None
        other = attempt.answers.get(question__slug="how-many")
        note_shown(answers=[other])
        first = Answer.objects.get(pk=other.pk).shown_at
        note_shown(answers=[Answer.objects.get(pk=other.pk)])
        other.refresh_from_db()
        assert other.shown_at == first
        assert respond(other).seconds >= 0
