"""What the page of reviews says: what is due, what is coming, how much is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import pgettext_lazy

from apps.quizzes.fitting import MIN_REPEATED
from apps.quizzes.memory import meet, rating_for
from apps.quizzes.models import Answer, Card, FittedParameters, Review

if TYPE_CHECKING:
    from apps.accounts.models import User

DAYS = 14
SESSION = 10
# The drawing of the forecast, in units of its own.
BAR, GAP, TALL = 30, 8, 96


# What each is called, and what it means.
RATINGS = {
    1: (pgettext_lazy("rating", "Again"), pgettext_lazy("rating", "I did not know it")),
    2: (pgettext_lazy("rating", "Hard"), pgettext_lazy("rating", "It took some work")),
    3: (pgettext_lazy("rating", "Good"), pgettext_lazy("rating", "I knew it")),
    4: (pgettext_lazy("rating", "Easy"), pgettext_lazy("rating", "At once")),
}


@dataclass(frozen=True)
class Rated:
    """A rating to choose: what it is called, what it means, when the question would come back, and whether it fits."""

    value: int
    name: str
    meaning: str
    days: int
    suggested: bool


def ratings(answer: Answer) -> list[Rated]:
    """The four ratings of a review that has been answered."""
    card = Card.objects.filter(user=answer.user, question=answer.question).first()
    at = answer.answered_at or timezone.now()
    fits = rating_for(answer.worth, answer.certainty, answer.seconds, answer.hints_taken)
    parameters = FittedParameters.objects.in_use(answer.user)

    def days(value: int) -> int:
        return (meet(card.memory if card else None, value, at, parameters)[1] - at).days

    return [
        Rated(value, str(name), str(meaning), days(value), value == fits) for value, (name, meaning) in RATINGS.items()
    ]


@dataclass(frozen=True)
class Day:
    """How many cards come up on a day, and its bar in the drawing (from the left, from the top, how tall)."""

    day: date
    count: int
    x: int
    y: float
    height: float

    @property
    def middle(self) -> float:
        """Where the bar's middle stands."""
        return self.x + BAR / 2


class ReviewPage:
    """Each part costs its queries only where it is shown."""

    bar, tall = BAR, TALL
    needed = MIN_REPEATED

    def __init__(self, reader: User) -> None:
        self.reader, self.now = reader, timezone.now()

    @cached_property
    def due(self) -> int:
        """How many should be met now."""
        return Card.objects.due(self.reader, self.now).count()

    @property
    def next_session(self) -> int:
        """How many of them the next session asks."""
        return min(self.due, SESSION)

    @cached_property
    def total(self) -> int:
        """How many come up at all."""
        return Card.objects.active(self.reader).count()

    @cached_property
    def days(self) -> list[Day]:
        """The next two weeks."""
        forecast = Card.objects.forecast(self.reader, self.now, DAYS)
        most = max((count for _, count in forecast), default=0) or 1
        return [
            Day(day, count, number * (BAR + GAP), TALL * (1 - count / most), TALL * count / most)
            for number, (day, count) in enumerate(forecast)
        ]

    @property
    def width(self) -> int:
        """Of the drawing."""
        return DAYS * (BAR + GAP) - GAP

    @cached_property
    def retention(self) -> int | None:
        """Of a hundred repeated questions, how many were known in the last thirty days."""
        share = Review.objects.retention(self.reader, self.now)
        return None if share is None else round(100 * share)

    @cached_property
    def fitted(self) -> FittedParameters | None:
        """What the learner's own reviews have said of the schedule, if there were enough."""
        return FittedParameters.objects.filter(user=self.reader).first()

    @cached_property
    def repeated(self) -> int:
        """How many reviews there are to fit a schedule to."""
        return Review.objects.of(self.reader).repeated().count()

    @cached_property
    def suspended(self) -> list[Card]:
        """What the learner has set aside, quiz by quiz."""
        found = Card.objects.of(self.reader).filter(suspended=True)
        return list(
            found.select_related("question__quiz", "question__current_version").order_by(
                "question__quiz__title", "question__position", "pk"
            )
        )
