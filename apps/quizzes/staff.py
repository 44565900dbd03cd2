"""Pages for authors and leads: how the questions of a quiz measure, and a preview of any of them with any seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.quizzes import remarks
from apps.quizzes.constants import AnswerState
from apps.quizzes.itemstats import Given, ItemStats, analyse, choices_of, wrong_choices
from apps.quizzes.models import Answer, Question, Quiz
from apps.quizzes.page import AskedQuestion
from apps.quizzes.results import Score, Undecided


@dataclass(frozen=True)
class Item:
    """A question with its figures; `wrong` are its wrong choices: text, times taken, per cent."""

    question: Question
    number: int
    stats: ItemStats
    wrong: list[tuple[str, int, int]]

    @property
    def title(self) -> str:
        """What is asked, as one line of Markdown."""
        return self.question.current_version.summary

    @property
    def percent(self) -> int | None:
        """The mean share in per cent."""
        return None if self.stats.difficulty is None else round(100 * self.stats.difficulty)


class AnalysisPage:
    """The first attempts of all learners at the questions as they are asked now; two queries."""

    def __init__(self, quiz: Quiz) -> None:
        self.quiz = quiz

    @cached_property
    def stats(self) -> dict[int, ItemStats]:
        """By the key of the question."""
        answers = Answer.objects.first_tries(self.quiz).only(
            "attempt_id", "question_id", "share", "chosen", "shown_at", "answered_at"
        )
        return analyse(
            Given(answer.attempt_id, answer.question_id, answer.share, answer.chosen, answer.seconds)
            for answer in answers
        )

    @cached_property
    def items(self) -> list[Item]:
        """The questions in their order."""
        found = []
        for number, question in enumerate(self.quiz.questions.current().select_related("current_version"), start=1):
            stats = self.stats.get(question.pk, ItemStats())
            choices = choices_of(question.current_version.sample)
            found.append(Item(question, number, stats, wrong_choices(stats, choices)))
        return found

    @property
    def has_drawn_numbers(self) -> bool:
        """Whether learners get other numbers than the table shows."""
        return any(item.question.current_version.sample.values for item in self.items)

    @property
    def suspects(self) -> list[Item]:
        """Those that discriminate negatively."""
        return [item for item in self.items if item.stats.is_suspect]


class PreviewPage:
    """A question as a seed draws it, open, and with all that learners see afterwards. Nothing is stored."""

    def __init__(self, question: Question, seed: int, response: dict[str, Any] | None = None) -> None:
        self.question = question
        self.seed = seed
        answer = Answer(question=question, version=question.current_version, seed=seed)
        self.asked = AskedQuestion(answer, response=response)
        self.key = AskedQuestion(
            Answer(question=question, version=question.current_version, seed=seed, state=AnswerState.SCORED, share=0.0)
        )
        self.result: Any = None

    @property
    def seed_text(self) -> str:
        """The seed, for addresses."""
        return str(self.seed)

    @property
    def percent(self) -> int | None:
        """What the answer that was tried is worth; None where there is no score."""
        return round(100 * self.result.share) if isinstance(self.result, Score) else None

    @property
    def latex(self) -> str:
        """How a formula that was tried is understood."""
        return self.result.understood if isinstance(self.result, Undecided) else ""

    @property
    def message(self) -> str:
        """What is said of an answer that was tried, as Markdown."""
        return remarks.whole(self.result.message)

    @property
    def drawn(self) -> list[tuple[str, Any]]:
        """What the seed drew."""
        return list(self.asked.answer.variant.values.items())

    @property
    def mistakes(self) -> list[Any]:
        """Wrong answers that are known."""
        return list(getattr(self.asked.answer.variant.question, "mistakes", ()))

    @property
    def hints(self) -> list[Any]:
        """All hints."""
        return list(self.asked.answer.variant.question.hints)
