"""How far a learner is with each quiz: see apps.catalog.reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.quizzes.models import QuizAttempt
from apps.quizzes.querysets import best_of
from studyhub.prepared import PreparedRead

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class Reached:
    """What a quiz's row says of an attempt: of `asked` questions how many are answered and right."""

    asked: int
    given: int
    right: int
    has_ended: bool


ATTEMPTS = PreparedRead(
    lambda user: (
        QuizAttempt.objects.filter(user=user)
        .with_counts()
        .order_by("number")
        .values_list("quiz_id", "ended_at", "asked", "given", "right")
    )
)


def reached(user: User) -> dict[int, Reached]:
    """By quiz: of the attempts the one that goes on, else the best (one query)."""
    return best_of(
        (quiz, Reached(asked, given, right, ended is not None))
        for quiz, ended, asked, given, right in ATTEMPTS.rows(user.pk)
    )
