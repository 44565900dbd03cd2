"""Review cards: made by a quiz, due when FSRS says so, rated once, undone, suspended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.quizzes.memory import meet, rating_for
from apps.quizzes.models import Answer, Card, Review
from apps.quizzes.services import finish, next_review, note_answer, start, suspend, undo_last

from .site import entry, load, respond

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def quiz(db):
    return load(entry())


def take(user, quiz, *, right=True):
    attempt = start(user=user, quiz=quiz)
    for answer in attempt.answers.all():
        respond(answer, right=right)
    finish(attempt=attempt)


def make_due(user, days=0):
    """Every card of the learner comes up now."""
    Card.objects.filter(user=user).update(due=timezone.now() - timedelta(days=days, seconds=1))


class TestSchedule:
    def test_the_better_the_rating_the_later_the_next_meeting(self):
        dues = [meet(None, rating, NOW)[1] for rating in (1, 2, 3, 4)]
        assert dues == sorted(dues)
        assert dues[0] >= NOW + timedelta(days=1)

    def test_what_is_remembered_again_comes_later_than_before(self):
        memory, due = meet(None, 3, NOW)
        _, again = meet(memory, 3, due)
        assert again - due > due - NOW

    def test_what_is_forgotten_comes_sooner(self):
        memory, due = meet(None, 4, NOW)
        _, remembered = meet(memory, 3, due)
        _, forgotten = meet(memory, 1, due)
        assert forgotten < remembered

    @pytest.mark.parametrize(
        ("share", "certainty", "seconds", "hints", "rating"),
        [
            (0.0, "sure", 3.0, 0, 1),
            (0.4, "", None, 0, 1),
            (0.7, "sure", 3.0, 0, 2),
            (1.0, "guess", 3.0, 0, 2),
            (1.0, "sure", 3.0, 1, 2),
            (1.0, "fairly", 3.0, 0, 3),
            (1.0, "sure", 60.0, 0, 3),
            (1.0, "sure", None, 0, 3),
            (1.0, "sure", 3.0, 0, 4),
        ],
    )
    def test_the_rating_follows_from_the_answer(self, share, certainty, seconds, hints, rating):
        assert rating_for(share, certainty, seconds, hints) == rating


class TestCards:
    def test_each_answered_question_becomes_one(self, quiz, bob):
        take(bob, quiz)
        assert Card.objects.filter(user=bob).count() == 3
        assert set(Review.objects.values_list("rating", flat=True)) == {3}

    def test_the_same_question_in_a_second_attempt_moves_its_card(self, quiz, bob):
        take(bob, quiz)
        take(bob, quiz)
        assert Card.objects.count() == 3
        assert Review.objects.filter(before__isnull=False).count() == 3

    def test_an_answer_is_rated_once(self, quiz, bob):
        take(bob, quiz)
        assert note_answer(answer=Answer.objects.first()) is None
        assert Review.objects.count() == 3

    def test_an_open_question_is_no_card(self, quiz, bob):
        start(user=bob, quiz=quiz)
        assert note_answer(answer=Answer.objects.first()) is None


class TestComingUp:
    def test_nothing_is_due_on_the_same_day(self, quiz, bob):
        take(bob, quiz)
        assert next_review(user=bob) is None

    def test_the_longest_overdue_comes_first_as_a_new_variant(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        oldest = Card.objects.order_by("-pk").first()
        Card.objects.filter(pk=oldest.pk).update(due=timezone.now() - timedelta(days=9))
        answer = next_review(user=bob)
        assert answer.question == oldest.question
        assert answer.seed != Answer.objects.get(question=answer.question, attempt__isnull=False).seed
        assert next_review(user=bob) == answer

    def test_a_review_moves_its_card_on(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        answer = next_review(user=bob)
        respond(answer)
        assert note_answer(answer=answer, rating=2).rating == 2
        card = Card.objects.get(question=answer.question)
        assert card.due > timezone.now()
        assert next_review(user=bob).question != answer.question

    def test_another_learners_cards_are_not_mine(self, quiz, bob, charlie):
        take(bob, quiz)
        make_due(bob)
        assert next_review(user=charlie) is None

    def test_a_retired_question_does_not_come_up(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        quiz.questions.update(retired=True)
        assert next_review(user=bob) is None

    def test_a_suspended_card_does_not_come_up_until_it_is_wanted_again(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        answer = next_review(user=bob)
        card = Card.objects.get(question=answer.question)
        suspend(card=card)
        assert next_review(user=bob).question != card.question
        suspend(card=card, suspended=False)
        assert Card.objects.due(bob, timezone.now()).filter(pk=card.pk).exists()


class TestNothingHoldsUp:
    def test_a_formula_that_is_being_compared_holds_up_nothing(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        answer = next_review(user=bob)
        Answer.objects.filter(pk=answer.pk).update(state="checking")
        assert next_review(user=bob).question != answer.question

    def test_alone_it_is_waited_for(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        answer = next_review(user=bob)
        Answer.objects.filter(pk=answer.pk).update(state="checking")
        Card.objects.exclude(question=answer.question).delete()
        assert next_review(user=bob) == answer

    def test_what_was_answered_and_set_aside_is_rated_and_gone(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        answer = next_review(user=bob)
        respond(answer)
        suspend(card=Card.objects.get(question=answer.question))
        assert Review.objects.filter(answer=answer).exists()
        assert next_review(user=bob).question != answer.question

    def test_a_question_that_was_retired_meanwhile_is_not_asked(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        answer = next_review(user=bob)
        answer.question.retired = True
        answer.question.save()
        assert next_review(user=bob).question != answer.question


class TestUndo:
    def test_a_card_that_a_quiz_has_moved_since_stays(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        answer = next_review(user=bob)
        respond(answer)
        note_answer(answer=answer)
        take(bob, quiz)
        assert undo_last(user=bob) is None

    def test_the_card_stands_as_before_and_comes_up_again(self, quiz, bob):
        take(bob, quiz)
        make_due(bob)
        answer = next_review(user=bob)
        before = Card.objects.get(question=answer.question)
        respond(answer, right=False)
        note_answer(answer=answer)
        assert undo_last(user=bob) == before
        after = Card.objects.get(pk=before.pk)
        assert after.memory == before.memory
        assert Review.objects.filter(card=after).count() == 1

    def test_a_quizs_answers_are_not_undone(self, quiz, bob):
        take(bob, quiz)
        assert undo_last(user=bob) is None
        assert Review.objects.count() == 3


class TestFigures:
    def test_the_forecast_counts_what_is_overdue_today(self, quiz, bob):
        take(bob, quiz)
        make_due(bob, days=3)
        one = Card.objects.filter(user=bob).first()
        Card.objects.filter(pk=one.pk).update(due=timezone.now() + timedelta(days=2))
        found = Card.objects.forecast(bob, timezone.now(), 5)
        assert [count for _, count in found] == [2, 0, 1, 0, 0]
        assert found[0][0] == timezone.now().date()

    def test_retention_is_of_repeated_meetings(self, quiz, bob):
        take(bob, quiz)
        assert Review.objects.retention(bob, timezone.now()) is None
        for right in (True, True, False):
            make_due(bob)
            answer = next_review(user=bob)
            respond(answer, right=right)
            note_answer(answer=answer)
        assert Review.objects.retention(bob, timezone.now()) == pytest.approx(2 / 3)
