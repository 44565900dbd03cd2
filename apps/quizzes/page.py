"""What the pages of a quiz show: one question in each of its moments, and an attempt as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.catalog.models import Resource
from apps.quizzes import feedback, remarks
from apps.quizzes.answers import answer_code, answer_markdown
from apps.quizzes.constants import RIGHT, AnswerState, Certainty, Feedback, Layout
from apps.quizzes.feedback import Told, ToldCell
from apps.quizzes.inputs import fields_of
from apps.quizzes.models import Answer, QuizAttempt
from apps.quizzes.spots import Spot, spots_of
from apps.quizzes.view import PublicView, public_view


class AskedQuestion:
    """A question on a page. What gives the answer away is there only once `revealed`; templates ask for it first.

    `response` fills the form in place of the draft that was kept; `error` says why it could not be read.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        number: int = 1,
        reveal: bool = True,
        response: Mapping[str, Any] | None = None,
        error: str = "",
        certainty: str = "",
        resources: Mapping[str, Resource] | None = None,
    ) -> None:
        self.answer = answer
        self.number = number
        self.prefix = f"q{answer.pk or 0}"
        self.revealed = reveal and answer.state == AnswerState.SCORED
        self.is_checking = reveal and answer.state == AnswerState.CHECKING
        self.response = answer.response if response is None else response
        self.certainty = certainty
        self.error = error or (answer.message if answer.is_open else "")
        self._resources = resources

    @cached_property
    def view(self) -> PublicView:
        """What may be shown before the answer."""
        return public_view(self.answer.variant)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """What the form shows, filled in."""
        return fields_of(self.view, self.response, self.prefix)

    @property
    def template(self) -> str:
        """The fields of this kind of question."""
        kind = self.view.kind
        shared = {"multiple": "single", "numeric": "line", "text": "line", "shape": "line"}
        return f"quizzes/kinds/{shared.get(kind, kind)}.html"

    @property
    def certainties(self) -> list[tuple[str, str]]:
        """What a learner may say of an answer."""
        return [(value, str(words)) for value, words in Certainty.choices]

    @property
    def read(self) -> str:
        """The name that is asked for, where the prompt does not have it."""
        return "" if f"`{self.view.read}`" in self.view.prompt else self.view.read

    @property
    def variables(self) -> SafeString:
        """The names that a formula may have, in a sentence."""
        names = [format_html("<code>{}</code>", name) for name, latex in self.view.variables]
        return mark_safe(get_text_list(names, _("and")))  # noqa: S308 - escaped above

    @property
    def picture(self) -> dict[str, Any] | None:
        """The frozen copy of the picture: file, width and height."""
        return self.answer.version.picture

    @property
    def picture_url(self) -> str:
        """Where the picture is."""
        return reverse("quizzes:picture", args=[self.picture["file"]]) if self.picture else ""

    @property
    def spots(self) -> list[Spot]:
        """The regions of the picture, the largest first, so that of two that overlap the smaller is pointed at."""
        return spots_of(self.view.regions, {box.id for box in self.fields["boxes"] if box.chosen})

    # Hints

    @property
    def hints(self) -> list[str]:
        """Those that were taken."""
        return [hint.text for hint in self.answer.variant.question.hints[: self.answer.hints_taken]]

    @property
    def next_hint_percent(self) -> int | None:
        """What the next hint costs, of the question's points; None where there is none."""
        costs = self.view.hint_costs[self.answer.hints_taken :]
        return round(100 * costs[0]) if costs and self.answer.is_open else None

    # Feedback

    @property
    def state(self) -> tuple[str, str, str]:
        """Where the answer is, or how it was: words, tone, icon."""
        if self.revealed:
            return verdict_of(self.answer.share or 0.0)
        if self.is_checking:
            return _("Being compared"), "busy", "loader"
        if self.answer.is_open:
            return pgettext("a question", "Open"), "calm", "circle"
        return _("Answered"), "calm", "circle-dot"

    @property
    def percent(self) -> int:
        """The points, hints counted, in per cent of the question's."""
        return round(100 * self.answer.worth)

    @property
    def how(self) -> str:
        """What the verdict does not say: a part of the points, hints, certainty."""
        return feedback.how(self.answer, self.percent)

    @property
    def remark(self) -> str:
        """What there is to say beyond the verdict, as Markdown."""
        return remarks.remark(self.answer.message)

    @property
    def remark_is_content(self) -> bool:
        """Whether the author says it, in the language of the question."""
        return remarks.is_content(self.answer.message)

    @cached_property
    def pieces(self) -> list[Told]:
        """What was chosen, one by one, where the message alone does not say it."""
        return feedback.pieces(self.answer)

    @cached_property
    def cells(self) -> list[list[ToldCell]]:
        """The matrix as it was filled in, cell by cell."""
        return feedback.cells(self.answer, self.view)

    @cached_property
    def marked(self) -> list[tuple[Spot, str]]:
        """Where on the picture it is right, and where it was pointed at."""
        return feedback.marked(self.answer, self.view)

    @property
    def key_is_news(self) -> bool:
        """Whether the right answer says something that is not on the page yet."""
        if self.answer.share is None or self.answer.share < RIGHT:
            return not (self.pieces and self.view.kind in {"multiple", "matching"})
        given = self.answer.understood
        if self.view.kind == "text":
            return self.right_answer.casefold() != given.casefold()
        return self.view.kind == "expression" and given not in self.right_answer

    @property
    def right_answer(self) -> str:
        """The right answer, as Markdown; a formula as large as it is on a line of its own."""
        found = answer_markdown(self.answer.variant)
        return found.replace("$", "$\\displaystyle ", 1) if self.view.kind == "expression" else found

    @property
    def right_code(self) -> str:
        """The same as plain lines, where it is code or what code prints."""
        return answer_code(self.answer.variant)

    @property
    def explanation(self) -> str:
        """The author's explanation, as Markdown."""
        return self.answer.variant.question.explanation

    @property
    def look_again(self) -> tuple[Resource, str] | None:
        """Where it was taught, and the time in it or an empty text."""
        again = self.answer.version.asked.look_again
        if again is None:
            return None
        known = look_up([self.answer]) if self._resources is None else self._resources
        return (known[again.resource], again.at or "") if again.resource in known else None


def verdict_of(share: float) -> tuple[str, str, str]:
    """How an answer was: words, tone, icon."""
    if share >= RIGHT:
        return _("Right"), "good", "circle-check"
    if share > 0:
        return _("Partly right"), "warn", "circle-dot"
    return _("Not right"), "bad", "circle-x"


def look_up(answers: list[Answer]) -> dict[str, Resource]:
    """The resources that these questions would have one look at again, by slug, in one query."""
    slugs = {again.resource for answer in answers if (again := answer.version.asked.look_again)}
    if not slugs:
        return {}
    return {one.slug: one for one in Resource.objects.current().filter(slug__in=slugs).select_related("section__track")}


class AttemptPage:
    """An attempt that goes on: its questions, the one asked for, and what is left."""

    def __init__(self, attempt: QuizAttempt, wanted: str = "") -> None:
        self.attempt = attempt
        self.quiz = attempt.quiz
        self.answers: list[Answer] = list(attempt.answers.all())
        for answer in self.answers:
            # One row, not one for each of them.
            answer.question.quiz = attempt.quiz
        self.reveal = self.quiz.feedback == Feedback.IMMEDIATE or attempt.has_ended
        self.all_on_one = self.quiz.layout == Layout.ALL
        self.place = self._place(wanted)

    def _place(self, wanted: str) -> int:
        """The index of the question that `wanted` names, from 1; else of the first open one, else of the last."""
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 and 0 < int(wanted) <= len(self.answers):
            return int(wanted) - 1
        first_open = (index for index, answer in enumerate(self.answers) if answer.is_open)
        return next(first_open, len(self.answers) - 1)

    @cached_property
    def questions(self) -> list[AskedQuestion]:
        """All questions."""
        resources = look_up([answer for answer in self.answers if not answer.is_open]) if self.reveal else {}
        return [
            AskedQuestion(answer, number=number, reveal=self.reveal, resources=resources)
            for number, answer in enumerate(self.answers, start=1)
        ]

    @cached_property
    def shown(self) -> list[AskedQuestion]:
        """Those on this page."""
        return self.questions if self.all_on_one else self.questions[self.place : self.place + 1]

    @property
    def current(self) -> AskedQuestion:
        """The question asked for."""
        return self.questions[self.place]

    def show(self, answer: Answer, **changes: Any) -> AskedQuestion:
        """Put the question of `answer` on the page as `changes` say; returns it."""
        index = next(index for index, one in enumerate(self.answers) if one.pk == answer.pk)
        answer.question.quiz = self.quiz
        self.answers[index] = answer
        self.place = index
        asked = AskedQuestion(answer, number=index + 1, reveal=self.reveal, **changes)
        self.questions[index] = asked
        return asked

    @property
    def given_count(self) -> int:
        """How many are answered."""
        return sum(not answer.is_open for answer in self.answers)

    @property
    def open_count(self) -> int:
        """How many are not."""
        return len(self.answers) - self.given_count

    @property
    def next_open(self) -> int | None:
        """The number of the next open question after this one, else of the first; None where all are answered."""
        numbers = [number for number, answer in enumerate(self.answers, start=1) if answer.is_open]
        after = [number for number in numbers if number > self.place + 1]
        others = [number for number in numbers if number != self.place + 1]
        return (after or others or [None])[0]

    def url_of(self, number: int | None) -> str:
        """The address of one question."""
        base = reverse("quizzes:attempt", args=[self.attempt.pk])
        if number is None:
            return base
        return f"{base}#question-{number}" if self.all_on_one else f"{base}?question={number}"

    @property
    def can_skip(self) -> bool:
        """Whether there is another open question to go to."""
        return not self.all_on_one and self.next_open is not None

    @property
    def current_url(self) -> str:
        """The address of the question asked for."""
        return self.url_of(self.place + 1)

    @property
    def feedback_url(self) -> str:
        """The address of its feedback."""
        return f"{self.current_url.partition('#')[0]}#feedback-{self.place + 1}"

    @property
    def next_url(self) -> str:
        """Where it goes on."""
        return self.url_of(self.next_open)
