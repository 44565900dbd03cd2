"""How far a learner is with each quiz: see apps.catalog.reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.quizzes.models import QuizAttempt

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class Reached:
    """What a quiz's row says of an attempt: of `asked` questions how many are answered and right."""

    asked: int
    given: int
    right: int
    has_ended: bool


def reached(user: User) -> dict[int, Reached]:
    """By quiz: of the attempts the one that goes on, else the best (one query)."""
    best = QuizAttempt.objects.of(user).best()
    return {quiz: Reached(one.asked, one.given, one.right, one.has_ended) for quiz, one in best.items()}
