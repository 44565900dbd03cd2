"""Who may see an attempt: its learner and staff. For anybody else it does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from .models import Answer, Quiz, QuizAttempt

if TYPE_CHECKING:
    from apps.accounts.models import User


def get_quiz(slug: str) -> Quiz:
    """A quiz on offer. Raises Http404."""
    quiz = Quiz.objects.for_list().filter(slug=slug).first()
    if quiz is None:
        raise Http404("There is no such quiz.")
    return quiz


def get_attempt(user: User, pk: int) -> QuizAttempt:
    """An attempt with its answers, for its learner or for staff. Raises Http404 for a stranger."""
    attempt = QuizAttempt.objects.with_answers().filter(pk=pk).first()
    if attempt is None or not (user.is_staff or attempt.user_id == user.pk):
        raise Http404("There is no such attempt.")
    return attempt


def get_own_attempt(user: User, pk: int | None) -> QuizAttempt:
    """An attempt with its answers, for its learner alone. Raises Http404 for anybody else."""
    attempt = QuizAttempt.objects.with_answers().filter(pk=pk, user=user).first()
    if attempt is None:
        raise Http404("There is no such attempt.")
    return attempt


def get_own_review(user: User, pk: int) -> Answer:
    """A question of a review, for its learner alone. Raises Http404 for anybody else, and for one asked in a quiz."""
    answer = get_own_answer(user, pk)
    if answer.attempt_id is not None:
        raise Http404("There is no such review.")
    return answer


def get_own_answer(user: User, pk: int) -> Answer:
    """An answer with its question, for its learner alone: nobody answers for another. Raises Http404."""
    answer = Answer.objects.with_question().select_related("attempt__quiz").filter(pk=pk, user=user).first()
    if answer is None:
        raise Http404("There is no such question.")
    return answer
