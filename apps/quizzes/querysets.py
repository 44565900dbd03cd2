"""What is asked of quizzes and answers, each question under its own name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, F, Prefetch, Q

from .constants import RIGHT, AnswerState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User

    from .models import Question, Quiz


class QuizQuerySet(models.QuerySet[Any]):
    """Reads of quizzes, one per page."""

    def on_offer(self) -> QuizQuerySet:
        """Quizzes that learners can take now, in the order of the curriculum, each with its number of questions."""
        return (
            self.filter(retired=False, section__retired=False, section__track__retired=False)
            .annotate(question_count=Count("questions", filter=Q(questions__retired=False)))
            .filter(question_count__gt=0)
            .order_by("section__track__position", "section__position", "position", "slug")
        )

    def for_list(self) -> QuizQuerySet:
        """With what the list shows of each."""
        return self.on_offer().select_related("section__track")

    def with_standing(self, user: User | AnonymousUser) -> list[Any]:
        """The quizzes, each with `standing`: of the reader's attempts the one that goes on, else the best, or None."""
        from .models import QuizAttempt

        quizzes = list(self)
        best = QuizAttempt.objects.of(user).best() if user.is_authenticated else {}
        for quiz in quizzes:
            quiz.standing = best.get(quiz.pk)
        return quizzes


class QuestionQuerySet(models.QuerySet[Any]):
    """Reads of questions."""

    def current(self) -> QuestionQuerySet:
        """Those that are asked now, in their order."""
        return self.filter(retired=False, current_version__isnull=False).order_by("quiz", "position")


class AttemptQuerySet(models.QuerySet[Any]):
    """Reads of attempts."""

    def of(self, user: User) -> AttemptQuerySet:
        """Those of `user`."""
        return self.filter(user=user)

    def unfinished(self) -> AttemptQuerySet:
        """Those that go on."""
        return self.filter(ended_at__isnull=True)

    def with_answers(self) -> AttemptQuerySet:
        """With all that its pages show, in a constant number of queries."""
        from .models import Answer

        answers = Answer.objects.with_question().prefetch_related("question__concepts")
        return self.select_related("quiz__section__track").prefetch_related(Prefetch("answers", answers))

    def with_counts(self) -> AttemptQuerySet:
        """Each with how many questions it has (`asked`), how many are answered (`given`) and right (`right`)."""
        return self.annotate(
            asked=Count("answers"),
            given=Count("answers", filter=~Q(answers__state=AnswerState.OPEN)),
            right=Count("answers", filter=Q(answers__share__gte=RIGHT)),
        )

    def best(self) -> dict[int, Any]:
        """By quiz: the one that goes on, else the one with the most right, with its counts (one query)."""
        return best_of((attempt.quiz_id, attempt) for attempt in self.with_counts().order_by("number"))


def best_of(attempts: Iterable[tuple[int, Any]]) -> dict[int, Any]:
    """The same of any attempts with their counts, each with its quiz's key, in their order."""
    best: dict[int, Any] = {}
    for quiz, attempt in attempts:
        other = best.get(quiz)
        if other is None or not attempt.has_ended or (other.has_ended and attempt.right > other.right):
            best[quiz] = attempt
    return best


class AnswerQuerySet(models.QuerySet[Any]):
    """Reads of answers."""

    def of(self, user: User) -> AnswerQuerySet:
        """Those of `user`."""
        return self.filter(user=user)

    def with_question(self) -> AnswerQuerySet:
        """With the question as it was asked."""
        return self.select_related("question__quiz", "version")

    def latest_seeds(self, user: User, questions: Iterable[Question]) -> dict[int, int]:
        """The seed of the learner's latest answer, given or open, to each of these questions, by the question's key."""
        asked = self.of(user).filter(question__in=questions).order_by("pk")
        return dict(asked.values_list("question_id", "seed"))

    def begun_reviews(self, user: User) -> AnswerQuerySet:
        """Reviews that the learner has begun and not rated, of questions that still come up."""
        from .models import Card

        aside = Card.objects.filter(user=user, suspended=True).values("question")
        begun = self.of(user).filter(attempt__isnull=True, review__isnull=True)
        asked = begun.filter(question__retired=False, question__quiz__retired=False)
        return asked.exclude(question__in=aside).with_question()

    def scored(self) -> AnswerQuerySet:
        """Those that have a share, the earliest first."""
        return self.filter(state=AnswerState.SCORED).order_by("answered_at", "pk")

    def first_tries(self, quiz: Quiz) -> AnswerQuerySet:
        """Scored answers of everybody's first attempt, to the questions as they are asked now."""
        now = Q(question__retired=False, version=F("question__current_version"))
        return self.filter(now, attempt__quiz=quiz, attempt__number=1, state=AnswerState.SCORED)

    def lost_check(self, now: datetime) -> AnswerQuerySet:
        """At the sandbox for longer than it ever takes, the most overdue first."""
        return self.filter(state=AnswerState.CHECKING, check_due_at__lt=now).order_by("check_due_at")
