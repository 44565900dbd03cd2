"""Questions on trial: one of each track, easy and quick to answer, for people without an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING

from apps.quizzes.constants import AnswerState
from apps.quizzes.inputs import is_blank, read_inputs
from apps.quizzes.models import Answer, Question
from apps.quizzes.page import AskedQuestion
from apps.quizzes.results import Score
from apps.quizzes.scoring import score

if TYPE_CHECKING:
    from django.http import QueryDict

LARGEST_SEED = 10**6
# An answer is a click, and is scored here, without a runner.
KINDS = ("single",)


def on_trial() -> list[Question]:
    """The first easy question of each track that has one (one query)."""
    found = Question.objects.current().filter(
        kind__in=KINDS, level="beginner", quiz__retired=False, quiz__section__track__retired=False
    )
    first: dict[int, Question] = {}
    order = (
        "quiz__section__track__is_spine",
        "quiz__section__track__position",
        "quiz__section__position",
        "quiz__position",
        "position",
    )
    for one in found.select_related("quiz__section__track", "current_version").order_by(*order):
        first.setdefault(one.quiz.section.track_id, one)
    return list(first.values())


class Trial:
    """One of them as a seed draws it; nothing is stored."""

    def __init__(self, question: Question, seed: int, questions: Sequence[Question]) -> None:
        self.question, self.seed, self.questions = question, seed, questions
        self.answer = Answer(question=question, version=question.current_version, seed=seed)
        self.is_blank = False

    def give(self, sent: QueryDict) -> None:
        """Score what was chosen; where nothing was, the page says so."""
        given = read_inputs(self.asked.view, sent, self.asked.prefix)
        self.is_blank = is_blank(self.asked.view, given)
        outcome = None if self.is_blank else score(self.answer.variant, given)
        if isinstance(outcome, Score):
            self.answer.response, self.answer.state, self.answer.share = given, AnswerState.SCORED, outcome.share
            self.answer.message, self.answer.parts = outcome.message, [asdict(part) for part in outcome.parts]
            del self.asked

    @cached_property
    def asked(self) -> AskedQuestion:
        """The question in its moment."""
        return AskedQuestion(self.answer, number=self.number)

    @property
    def number(self) -> int:
        """Which one of them it is."""
        return self.questions.index(self.question) + 1

    @property
    def following(self) -> Question | None:
        """The one after it."""
        return self.questions[self.number] if self.number < len(self.questions) else None
