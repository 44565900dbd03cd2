"""Quizzes: begin an attempt, answer its questions, finish it."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Query

from apps.accounts.models import Scope
from apps.quizzes import services
from apps.quizzes.access import get_own_attempt, get_quiz
from apps.quizzes.models import Answer, Quiz, QuizAttempt
from apps.quizzes.page import AttemptPage
from apps.quizzes.results import Unreadable

from ..auth import caller
from ..paging import piece
from ..problems import Problem
from ..router import Calls
from ..schemas.common import SLUG, Cursor, Limit, Piece
from ..schemas.quizzes import AnswerIn, AttemptDetailOut, AttemptOut, QuestionOut, QuizOut

router = Calls(tags=["Quizzes"])
Slug = Annotated[str, Path(..., pattern=SLUG, description="As in the address of its page.")]
Key = Annotated[int, Path(..., ge=1, le=2**62)]
Number = Annotated[int, Path(..., ge=1, le=999, description="Of the question, from 1.")]
IN_ORDER = ("section__track__position", "section__position", "position", "slug")


@router.call("GET", "/quizzes", Piece[QuizOut], summary="Quizzes on offer")
def quizzes(
    request: HttpRequest,
    cursor: Cursor,
    limit: Limit,
    track: Annotated[str, Query("", max_length=80, description="Only of this track.")],
) -> dict[str, Any]:
    """In the order of the curriculum, and how you stand with each."""
    rows = Quiz.objects.for_list()
    if track:
        rows = rows.filter(section__track__slug=track)
    user = caller(request)
    return piece(
        rows, QuizOut.of, by=IN_ORDER, cursor=cursor, limit=limit, read=lambda found: found.with_standing(user)
    )


@router.call("GET", "/quizzes/{slug}", QuizOut, summary="One quiz")
def quiz(request: HttpRequest, slug: Slug) -> QuizOut:
    """What it is about. Its questions are drawn for each attempt: begin one to see them."""
    found = get_quiz(slug)
    return QuizOut.of(Quiz.objects.for_list().filter(pk=found.pk).with_standing(caller(request))[0])


@router.call("POST", "/quizzes/{slug}/attempts", AttemptDetailOut, scope=Scope.LEARN, summary="Begin an attempt")
def begin(request: HttpRequest, slug: Slug) -> AttemptDetailOut:
    """A new one, or the one that goes on."""
    attempt = services.start(user=caller(request), quiz=get_quiz(slug))
    return AttemptDetailOut.of(get_own_attempt(caller(request), attempt.pk))


@router.call("GET", "/attempts", Piece[AttemptOut], summary="Your attempts")
def attempts(
    request: HttpRequest,
    cursor: Cursor,
    limit: Limit,
    quiz: Annotated[str, Query("", max_length=80, description="Only at this quiz.")],
) -> dict[str, Any]:
    """The latest first."""
    rows = QuizAttempt.objects.of(caller(request)).with_counts().select_related("quiz")
    if quiz:
        rows = rows.filter(quiz__slug=quiz)
    return piece(rows, AttemptOut.of, by=("-started_at", "-pk"), cursor=cursor, limit=limit)


@router.call("GET", "/attempts/{id}", AttemptDetailOut, summary="One attempt")
def attempt(request: HttpRequest, id: Key) -> AttemptDetailOut:
    """Its questions, and what it came to once it has ended."""
    return AttemptDetailOut.of(get_own_attempt(caller(request), id))


@router.call(
    "POST", "/attempts/{id}/questions/{number}/show", QuestionOut, scope=Scope.LEARN, summary="Be shown a question"
)
def show(request: HttpRequest, id: Key, number: Number) -> QuestionOut:
    """One question, as a page shows it: the time that you take counts from the first time on."""
    view, answer = _question(request, id, number)
    services.note_shown(answers=[answer])
    return QuestionOut.of(view.questions[number - 1])


@router.call(
    "POST",
    "/attempts/{id}/questions/{number}/answer",
    QuestionOut,
    scope=Scope.LEARN,
    refusals=(400, 409),
    summary="Answer a question",
)
def answer(request: HttpRequest, id: Key, number: Number, body: AnswerIn) -> QuestionOut:
    """Once: the first answer counts. A formula is `checking` for a moment; ask for the attempt again."""
    view, found = _question(request, id, number, open_attempt=True)
    return QuestionOut.of(view.show(take(found, body)))


@router.call(
    "POST",
    "/attempts/{id}/questions/{number}/hint",
    QuestionOut,
    scope=Scope.LEARN,
    refusals=(409,),
    summary="Take a hint",
)
def hint(request: HttpRequest, id: Key, number: Number) -> QuestionOut:
    """One more, at what `next_hint_costs` says."""
    view, found = _question(request, id, number, open_attempt=True)
    if not services.take_hint(answer=found):
        raise Problem("no-hint")
    return QuestionOut.of(view.show(found))


@router.call("POST", "/attempts/{id}/finish", AttemptDetailOut, scope=Scope.LEARN, summary="Finish an attempt")
def finish(request: HttpRequest, id: Key) -> AttemptDetailOut:
    """What is open counts as not known. Finishing twice changes nothing."""
    services.finish(attempt=get_own_attempt(caller(request), id))
    return AttemptDetailOut.of(get_own_attempt(caller(request), id))


def take(answer: Answer, body: AnswerIn) -> Answer:
    """The answer taken in; what was given before stays. Raises Problem where it can't be read, or was another one."""
    outcome = services.give_answer(answer=answer, response=body.given, certainty=body.certainty or "")
    if isinstance(outcome, Unreadable):
        raise Problem("unreadable-answer", outcome.message)
    if outcome.response != body.given:
        raise Problem("answered-otherwise")
    return outcome


def _question(request: HttpRequest, id: int, number: int, *, open_attempt: bool = False) -> tuple[AttemptPage, Answer]:
    """The question and its attempt, the caller's own. Raises Http404, and Problem for one that has to go on."""
    view = AttemptPage(get_own_attempt(caller(request), id))
    if number > len(view.answers):
        raise Http404("There is no such question.")
    if open_attempt and view.attempt.has_ended:
        raise Problem("attempt-ended")
    return view, view.answers[number - 1]
