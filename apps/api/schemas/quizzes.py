"""Quizzes, attempts and their questions: what gives an answer away is there only once the page would show it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from urllib.parse import urljoin

from django.conf import settings
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from apps.quizzes.constants import RIGHT, Certainty
from apps.quizzes.models import Quiz, QuizAttempt
from apps.quizzes.page import AskedQuestion, AttemptPage
from apps.quizzes.result import ResultPage
from apps.quizzes.results import Response

from .common import page


class StandingOut(Schema):
    """How an attempt stands."""

    attempt: int = Field(description="The attempt's id.")
    ended: bool
    asked: int
    answered: int
    right: int | None = Field(description="null while it goes on and the quiz tells at the end only.")


class QuizOut(Schema):
    """A handful of questions on one section."""

    slug: str
    title: str
    summary: str = Field(description="Markdown.")
    track: str
    section: str
    optional: bool
    questions: int
    feedback: str = Field(description="immediate: after each answer; deferred: at the end.")
    standing: StandingOut | None = Field(description="The attempt that goes on, else your best one.")
    page: str

    @classmethod
    def of(cls, quiz: Quiz) -> Self:
        """From a quiz of `with_standing`."""
        found: Any = quiz
        return cls(
            **{name: getattr(found, name) for name in ("slug", "title", "summary", "optional", "feedback")},
            track=found.section.track.slug,
            section=found.section.slug,
            questions=found.question_count,
            standing=standing_of(found.standing, found) if found.standing else None,
            page=page(found),
        )


def standing_of(attempt: Any, quiz: Quiz) -> StandingOut:
    """From an attempt of `with_counts`."""
    tells = attempt.has_ended or quiz.feedback == "immediate"
    return StandingOut(
        attempt=attempt.pk,
        ended=attempt.has_ended,
        asked=attempt.asked,
        answered=attempt.given,
        right=attempt.right if tells else None,
    )


class AttemptOut(StandingOut):
    """A way through a quiz."""

    quiz: str
    number: int
    started_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, attempt: QuizAttempt) -> Self:
        """From an attempt of `with_counts`, read with its quiz."""
        standing = standing_of(attempt, attempt.quiz)
        names = ("number", "started_at", "ended_at")
        return cls(
            **standing.model_dump(),
            quiz=attempt.quiz.slug,
            **{name: getattr(attempt, name) for name in names},
        )


class ChoiceOut(Schema):
    """Something to choose, to match or to put in order."""

    id: str
    text: str = Field(description="Markdown, or a line of code.")


class RegionOut(Schema):
    """A region of a picture: one of three shapes, in the picture's units."""

    id: str
    name: str
    rectangle: list[float] | None
    circle: list[float] | None
    polygon: list[list[float]] | None


class PictureOut(Schema):
    """A picture beside a question."""

    url: str
    alt: str
    width: float
    height: float


class PieceOut(Schema):
    """What there is to say of one piece of an answer."""

    text: str
    right: bool
    note: str
    why: str
    instead: str = Field(description="What would have been right.")


class FeedbackOut(Schema):
    """How an answer was."""

    verdict: str
    percent: int = Field(description="Of the question's points, hints counted.")
    remark: str = Field(description="Markdown.")
    pieces: list[PieceOut]
    right_answer: str = Field(description="Markdown.")
    explanation: str = Field(description="Markdown.")
    look_again: str | None = Field(description="The slug of the resource that taught it.")

    @classmethod
    def of(cls, asked: AskedQuestion) -> Self:
        """From a question that is revealed."""
        names = ("text", "right", "note", "why", "instead")
        again = asked.look_again
        return cls(
            verdict=asked.state[0],
            percent=asked.percent,
            remark=asked.remark,
            pieces=[PieceOut(**{name: getattr(one, name) for name in names}) for one in asked.pieces],
            right_answer=asked.right_answer,
            explanation=asked.explanation,
            look_again=again[0].slug if again else None,
        )


class QuestionOut(Schema):
    """A question as it is asked of you; of the fields from `options` on, only those of its kind are filled."""

    number: int
    kind: str
    level: str
    concepts: list[str]
    prompt: str = Field(description="Markdown.")
    state: str = Field(description="open; checking, while a formula is compared; answered; scored.")
    hints: list[str] = Field(description="Those that you took.")
    next_hint_costs: int | None = Field(description="In per cent of the points; null: there is none.")
    response: dict[str, Any] | None = Field(description="What you answered.")
    feedback: FeedbackOut | None = Field(description="null until the quiz tells.")
    options: list[ChoiceOut]
    left: list[ChoiceOut]
    right: list[ChoiceOut]
    lines: list[ChoiceOut]
    indented: bool
    unit: str
    significant: int | None
    code: str
    read: str
    variables: list[str]
    cells: list[list[str | None]] = Field(description="null is to be filled.")
    picture: PictureOut | None
    regions: list[RegionOut]

    @classmethod
    def of(cls, asked: AskedQuestion) -> Self:
        """From a question on a page."""
        view, answer = asked.view, asked.answer
        same = ("kind", "level", "prompt", "indented", "unit", "significant", "code", "read")
        return cls(
            number=asked.number,
            **{name: getattr(view, name) for name in same},
            concepts=list(view.concepts),
            state=_state(asked),
            hints=asked.hints,
            next_hint_costs=asked.next_hint_percent,
            response=answer.response if not answer.is_open else None,
            feedback=FeedbackOut.of(asked) if asked.revealed else None,
            options=_choices(view.options),
            left=_choices(view.left),
            right=_choices(view.right),
            lines=_choices(view.lines),
            variables=[name for name, _ in view.variables],
            cells=[list(row) for row in view.cells],
            picture=_picture(asked),
            regions=[_region(one) for one in view.regions],
        )


class ConceptOut(Schema):
    """How the questions on a concept went."""

    concept: str
    asked: int
    percent: int


class AttemptDetailOut(AttemptOut):
    """An attempt with its questions; what it came to once it has ended."""

    questions: list[QuestionOut]
    points: float | None = Field(description="One for each question, hints counted; null while it goes on.")
    concepts: list[ConceptOut] = Field(description="The weakest first; empty while it goes on.")

    @classmethod
    def of(cls, attempt: QuizAttempt) -> Self:
        """From an attempt of `get_own_attempt`."""
        view: Any = ResultPage(attempt, attempt.user) if attempt.has_ended else AttemptPage(attempt)
        told = attempt.has_ended
        right = sum((one.share or 0) >= RIGHT for one in view.answers)
        return cls(
            attempt=attempt.pk,
            ended=told,
            asked=len(view.answers),
            answered=view.given_count,
            right=right if view.reveal else None,
            quiz=attempt.quiz.slug,
            number=attempt.number,
            started_at=attempt.started_at,
            ended_at=attempt.ended_at,
            questions=[QuestionOut.of(asked) for asked in view.questions],
            points=view.points if told else None,
            concepts=[
                ConceptOut(concept=one.concept.slug, asked=one.asked, percent=one.percent) for one in view.concepts
            ]
            if told
            else [],
        )


def _state(asked: AskedQuestion) -> str:
    """Of a quiz that tells at the end, no more than that it has an answer."""
    if asked.answer.is_open or asked.revealed or asked.is_checking:
        return str(asked.answer.state)
    return "answered"


def _choices(found: Any) -> list[ChoiceOut]:
    return [ChoiceOut(id=one.id, text=one.text) for one in found]


def _region(one: Any) -> RegionOut:
    shapes = {name: getattr(one, name) for name in ("rectangle", "circle", "polygon")}
    return RegionOut(id=one.id, name=one.name, **shapes)


def _picture(asked: AskedQuestion) -> PictureOut | None:
    shown, frozen = asked.view.picture, asked.picture
    if shown is None or frozen is None:
        return None
    url = urljoin(settings.SITE_URL, asked.picture_url)
    return PictureOut(url=url, alt=shown.alt, width=frozen["width"], height=frozen["height"])


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("no character may be NUL")
    return text


Short = Annotated[str, Field(max_length=200), AfterValidator(_storable)]
Typed = Annotated[str, Field(max_length=5000), AfterValidator(_storable)]


class LineIn(Schema):
    """A line in its place."""

    model_config = ConfigDict(extra="forbid")

    id: Short
    indent: int = Field(0, ge=0, le=8)


class ResponseIn(Schema):
    """An answer: the one field that its kind of question asks for; ids are those of the question."""

    model_config = ConfigDict(extra="forbid")

    text: Typed | None = Field(None, description="numeric, text, expression, code-output, shape.")
    option: Short | None = Field(None, description="single: an id.")
    options: list[Short] | None = Field(None, max_length=20, description="multiple: ids.")
    pairs: dict[Short, Short] | None = Field(None, max_length=20, description="matching: left id to right id.")
    lines: list[LineIn] | None = Field(None, max_length=40, description="ordering: in order.")
    cells: list[list[Short | None]] | None = Field(None, max_length=40, description="matrix: rows; null where given.")
    region: Short | None = Field(None, description="hotspot: an id.")


class AnswerIn(Schema):
    """An answer, and how sure you are of it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"response": {"text": "0.25"}, "certainty": "sure"}]}
    )

    response: ResponseIn
    certainty: Certainty | None = None

    @property
    def given(self) -> Response:
        """As the quizzes want it."""
        return self.response.model_dump(exclude_none=True)
