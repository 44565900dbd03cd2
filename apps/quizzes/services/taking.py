"""Taking a quiz: start or resume, answer, take a hint, finish."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from apps.accounts.events import QUIZ_SCORED, Event, publish
from apps.quizzes.constants import AnswerState, Certainty
from apps.quizzes.models import Answer, Quiz, QuizAttempt, new_seed
from apps.quizzes.results import Undecided, Unreadable
from apps.quizzes.retries import fresh_seed
from apps.quizzes.scoring import score
from apps.quizzes.services import checks
from apps.quizzes.services.reviews import note_answer
from studyhub.ratelimits import take

if TYPE_CHECKING:
    from apps.accounts.models import User

logger = logging.getLogger(__name__)


def start(*, user: User, quiz: Quiz) -> QuizAttempt:
    """The learner's attempt that goes on, or a new one with every question of the quiz, each a variant of its own."""
    going_on = QuizAttempt.objects.of(user).unfinished().filter(quiz=quiz).first()
    if going_on:
        return going_on
    try:
        with transaction.atomic():
            # Again, now that nobody else writes: another tab may have begun in between.
            begun = QuizAttempt.objects.of(user).unfinished().filter(quiz=quiz).first()
            if begun:
                return begun
            last = QuizAttempt.objects.of(user).filter(quiz=quiz).aggregate(n=Max("number"))["n"] or 0
            attempt = QuizAttempt.objects.create(user=user, quiz=quiz, number=last + 1)
            seeds = Answer.objects.latest_seeds(user, quiz.questions.all())
            Answer.objects.bulk_create(
                Answer(
                    user=user,
                    attempt=attempt,
                    question=question,
                    version_id=question.current_version_id,
                    position=position,
                    seed=fresh_seed(quiz.slug, question.current_version.asked, seeds.get(question.pk), new_seed),
                )
                for position, question in enumerate(quiz.questions.current().select_related("current_version"))
            )
            return attempt
    except IntegrityError:
        # Two tabs began at once: the other one has made it.
        return QuizAttempt.objects.of(user).unfinished().get(quiz=quiz)


def note_shown(*, answers: list[Answer]) -> None:
    """The learner sees these questions; the first time counts."""
    unseen = [answer.pk for answer in answers if answer.shown_at is None]
    if unseen:
        Answer.objects.filter(pk__in=unseen, shown_at__isnull=True).update(shown_at=timezone.now())


def keep_draft(*, answer: Answer, response: Any, message: str = "") -> bool:
    """Remember what the fields of an open question hold, and what is to be changed; False where it was answered."""
    kept = Answer.objects.filter(pk=answer.pk, state=AnswerState.OPEN).update(response=response, message=message)
    answer.response = response
    return bool(kept)


def give_answer(
    *, answer: Answer, response: Any, certainty: str = "", at: datetime | None = None
) -> Answer | Unreadable:
    """Take an answer in, once; a second one (another tab, a double click) changes nothing.

    It is given now, or at `at` where a history is played back.

    Returns the answer as it stands now, or an Unreadable that says what to change: then nothing is taken. What the
    sandbox has to compare is `checking` until `settle`. Raises RateExceeded, with the response kept as a draft, where
    that would be too many formulas of one learner at once.
    """
    found = score(answer.variant, response)
    if isinstance(found, Unreadable):
        return found
    changes: dict[str, Any] = {
        "response": response,
        "certainty": certainty if certainty in Certainty.values else "",
        "answered_at": at or timezone.now(),
        "understood": found.understood,
    }
    if isinstance(found, Undecided):
        if at is None:
            keep_draft(answer=answer, response=response)
            take("formula", f"user:{answer.user_id}")
        changes |= {"state": AnswerState.CHECKING, "message": ""} | checks.fresh()
    else:
        changes |= checks.scored(found)
    still_open = Answer.objects.filter(pk=answer.pk, state=AnswerState.OPEN)
    taken = still_open.exclude(attempt__ended_at__isnull=False).update(**changes)
    answer.refresh_from_db()
    if taken and answer.state == AnswerState.CHECKING:
        checks.send_check(answer=answer)
    if taken and answer.attempt_id:
        # A quiz makes its cards by itself; in a review the learner has a word in it.
        note_answer(answer=answer)
    return answer


def give_all(*, responses: list[tuple[Answer, Any, str]]) -> list[tuple[Answer, str]]:
    """Take in all that was filled in; returns what can't be read, each with what to change, kept as a draft."""
    unread = []
    for answer, response, certainty in responses:
        outcome = give_answer(answer=answer, response=response, certainty=certainty)
        if isinstance(outcome, Unreadable):
            keep_draft(answer=answer, response=response)
            unread.append((answer, outcome.message))
    return unread


def take_hint(*, answer: Answer) -> bool:
    """Show one more hint of an open question; False where there is none, or where two tabs asked at once."""
    if answer.hints_taken >= len(answer.version.asked.hints):
        return False
    same = Answer.objects.filter(pk=answer.pk, state=AnswerState.OPEN, hints_taken=answer.hints_taken)
    taken = bool(same.update(hints_taken=F("hints_taken") + 1))
    answer.refresh_from_db()
    return taken


def finish(*, attempt: QuizAttempt) -> bool:
    """No more answers: what is open counts as not known. False where it has ended already."""
    ended = QuizAttempt.objects.filter(pk=attempt.pk, ended_at__isnull=True).update(ended_at=timezone.now())
    attempt.refresh_from_db()
    if ended:
        publish(Event(QUIZ_SCORED, learner=attempt.user_id, quiz=attempt.quiz_id))
    return bool(ended)
