"""Reviews: questions come back before they are forgotten."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path

from apps.accounts.models import Scope
from apps.quizzes import services
from apps.quizzes.access import get_own_review
from apps.quizzes.constants import AnswerState
from apps.quizzes.models import Answer, Card
from apps.quizzes.page import AskedQuestion
from apps.quizzes.review_page import ReviewPage, ratings

from ..auth import caller
from ..problems import Problem
from ..router import Calls
from ..schemas.quizzes import AnswerIn, QuestionOut
from ..schemas.reviews import DayOut, NextOut, RatingIn, RatingOut, ReviewOut, ReviewsOut
from .quizzes import take

router = Calls(tags=["Reviews"])
Key = Annotated[int, Path(..., ge=1, le=2**62)]


@router.call("GET", "/reviews", ReviewsOut, summary="What is due")
def reviews(request: HttpRequest) -> ReviewsOut:
    """How many questions should be met now, and how many come up on the next days."""
    view = ReviewPage(caller(request))
    days = [DayOut(day=one.day, count=one.count) for one in view.days]
    return ReviewsOut(due=view.due, total=view.total, retention=view.retention, days=days)


@router.call("POST", "/reviews/next", NextOut, scope=Scope.LEARN, summary="The question that is next")
def following(request: HttpRequest) -> NextOut:
    """As a new variant; one that you began goes on first."""
    user = caller(request)
    answer = services.next_review(user=user)
    if answer:
        services.note_shown(answers=[answer])
    due = Card.objects.due(user, timezone.now()).count()
    return NextOut(due=due, review=_review(answer) if answer else None)


@router.call("POST", "/reviews/{id}/answer", ReviewOut, scope=Scope.LEARN, refusals=(400, 409), summary="Answer it")
def answer(request: HttpRequest, id: Key, body: AnswerIn) -> ReviewOut:
    """Once. Then rate how well you knew it: that decides when it comes back."""
    return _review(take(get_own_review(caller(request), id), body))


@router.call("POST", "/reviews/{id}/rating", ReviewsOut, scope=Scope.LEARN, refusals=(400, 409), summary="Rate it")
def rate(request: HttpRequest, id: Key, body: RatingIn) -> ReviewsOut:
    """Once: the first rating counts."""
    found = get_own_review(caller(request), id)
    if found.state != AnswerState.SCORED:
        raise Problem("not-answered")
    services.note_answer(answer=found, rating=body.rating)
    return reviews(request)


def _review(answer: Answer) -> ReviewOut:
    asked = AskedQuestion(answer)
    names = ("value", "name", "days", "suggested")
    rated = [RatingOut(**{name: getattr(one, name) for name in names}) for one in ratings(answer)]
    return ReviewOut(
        id=answer.pk,
        quiz=answer.question.quiz.slug,
        question=QuestionOut.of(asked),
        ratings=rated if asked.revealed else [],
    )
