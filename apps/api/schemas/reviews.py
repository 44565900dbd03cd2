"""Reviews: what is due, and the question that is next."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import ConfigDict, Field

from .quizzes import QuestionOut


class DayOut(Schema):
    """How many cards come up on a day."""

    day: date
    count: int


class ReviewsOut(Schema):
    """What is due, and what is coming."""

    due: int
    total: int = Field(description="How many cards come up at all.")
    retention: int | None = Field(description="Of a hundred repeated questions, so many were known lately.")
    days: list[DayOut] = Field(description="The next two weeks; what is overdue counts today.")


class RatingOut(Schema):
    """A rating, and when the question would come back."""

    value: int = Field(description="1 again, 2 hard, 3 good, 4 easy.")
    name: str
    days: int
    suggested: bool


class ReviewOut(Schema):
    """A question that is due."""

    id: int
    quiz: str
    question: QuestionOut
    ratings: list[RatingOut] = Field(description="Once it is scored: choose one.")


class NextOut(Schema):
    """What comes next."""

    due: int
    review: ReviewOut | None = Field(description="null: nothing is due.")


class RatingIn(Schema):
    """How well you knew it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"rating": 3}]})

    rating: int | None = Field(None, ge=1, le=4, description="null: what suits the answer.")
