"""Review cards: made when a question is first answered, moved by each meeting, undone, suspended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from apps.quizzes.constants import AnswerState
from apps.quizzes.memory import meet, rating_for
from apps.quizzes.models import Answer, Card, FittedParameters, Review, new_seed
from apps.quizzes.retries import fresh_seed

if TYPE_CHECKING:
    from apps.accounts.models import User

RATINGS = range(1, 5)


def note_answer(*, answer: Answer, rating: int | None = None) -> Review | None:
    """An answer has been scored: its card is made or moved, once for each answer. None where that has been done.

    `rating` is the learner's own judgement; without one it follows from the answer.
    """
    if answer.state != AnswerState.SCORED:
        return None
    suggested = rating_for(answer.worth, answer.certainty, answer.seconds, answer.hints_taken)
    chosen = rating if rating in RATINGS else suggested
    at = answer.answered_at or timezone.now()
    with transaction.atomic():
        # The answer's row is the lock: two tabs that rate it come one after the other.
        Answer.objects.select_for_update().get(pk=answer.pk)
        if Review.objects.filter(answer=answer).exists():
            return None
        card = Card.objects.filter(user=answer.user, question=answer.question).first()
        before, due_before = (card.memory, card.due) if card else (None, None)
        memory, due = meet(before, chosen, at, FittedParameters.objects.in_use(answer.user))
        card, _ = Card.objects.update_or_create(
            user=answer.user, question=answer.question, defaults={"memory": memory, "due": due}
        )
        return Review.objects.create(
            card=card, answer=answer, rating=chosen, at=at, before=before, due_before=due_before
        )


def next_review(*, user: User) -> Answer | None:
    """The question that comes up next, as a new variant; one that was begun goes on first. None: nothing is due.

    A formula that is being compared waits its turn: it holds up nothing that is due.
    """
    begun = Answer.objects.begun_reviews(user)
    going_on = begun.exclude(state=AnswerState.CHECKING).first()
    if going_on:
        return going_on
    with transaction.atomic():
        # The card's row is the lock: of two tabs one asks, and the other finds what it asked.
        waiting = begun.filter(state=AnswerState.CHECKING).values("question")
        due = Card.objects.due(user, timezone.now()).exclude(question__in=waiting)
        card = due.select_for_update(of=("self",)).select_related("question__quiz").first()
        if card is None:
            return begun.first()
        found = begun.filter(question=card.question).first()
        if found:
            return found
        question, version = card.question, card.question.current_version
        last = Answer.objects.latest_seeds(user, [question]).get(question.pk)
        seed = fresh_seed(question.quiz.slug, version.asked, last, new_seed)
        answer = Answer.objects.create(user=user, question=question, version=version, seed=seed)
    return Answer.objects.with_question().get(pk=answer.pk)


def undo_last(*, user: User) -> Card | None:
    """Take the learner's latest review back: its card stands as before, and comes up again. None: there is none.

    Answers in a quiz are not undone, and neither is a review before one: the card has moved on.
    """
    with transaction.atomic():
        last = Review.objects.of(user).select_related("card").filter(answer__attempt__isnull=True).first()
        if last is None or last.before is None or last.card.reviews.filter(pk__gt=last.pk).exists():
            return None
        card = last.card
        card.memory = last.before
        card.due = last.due_before
        card.save(update_fields=["memory", "due"])
        last.answer.delete()
        # What was asked meanwhile makes room for it.
        Answer.objects.of(user).filter(attempt__isnull=True, state=AnswerState.OPEN).delete()
        return card


def suspend(*, card: Card, suspended: bool = True) -> None:
    """Let a card come up no more, or again. An answer to it that was not rated yet still counts."""
    Card.objects.filter(pk=card.pk).update(suspended=suspended)
    begun = Answer.objects.filter(user=card.user, question=card.question, attempt__isnull=True, review__isnull=True)
    for answer in begun.filter(state=AnswerState.SCORED).with_question():
        note_answer(answer=answer)
    begun.exclude(state=AnswerState.SCORED).delete()
