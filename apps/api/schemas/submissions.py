"""Hand-ins: where they are, and what they got."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.submissions.compared import Compared
from apps.submissions.lessons import Again
from apps.submissions.models import Submission
from apps.submissions.page import RunPage, ShownCheck

from .common import page


class SubmissionOut(Schema):
    """A hand-in, and where it is."""

    id: UUID
    exercise: str
    number: int = Field(description="1, 2, 3 … among your hand-ins for the exercise.")
    filename: str
    size: int = Field(description="Bytes of the file as it was sent.")
    handed_in_at: datetime
    state: str = Field(description="queued, running, grading, done or cancelled.")
    verdict: str | None = Field(description="passed, partial, failed, learner_error …; null before it is done.")
    ended: bool = Field(description="Nothing more will happen to it by itself.")
    points: float | None = Field(description="null without a score.")
    max_points: float
    by_hand: bool = Field(description="A lead gave the score.")
    title: str = Field(description="Where it is or what it got, for people.")
    page: str

    @classmethod
    def of(cls, submission: Submission, **more: Any) -> Self:
        """From a hand-in read `with_runs`."""
        view = RunPage(submission)
        run = view.run
        verdict = (view.shown_state if submission.given else run.verdict) or None
        return cls(
            **{name: getattr(submission, name) for name in ("id", "number", "filename", "size")},
            exercise=submission.exercise.slug,
            handed_in_at=submission.created_at,
            state=run.state,
            verdict=verdict,
            ended=run.is_final,
            points=submission.points,
            max_points=submission.most,
            by_hand=submission.given is not None,
            title=view.sentence.title,
            page=page(submission),
            **more,
        )


class SubmissionStateOut(SubmissionOut):
    """A hand-in, and how far it is."""

    text: str = Field(description="The same in a sentence or two.")
    turn: str = Field(description="Whose turn it is; empty once it has passed.")
    position: int | None = Field(description="1: the next one in the queue; null once it has been handed to a runner.")
    estimate: str = Field(description="When it should start, in words; empty where nothing is known.")
    cells: int = Field(description="How many cells are run; 0 before it starts.")
    cells_done: int
    running_cell: int | None = Field(description="Among those that are run, from 1.")

    @classmethod
    def of(cls, submission: Submission, **more: Any) -> Self:
        """From a hand-in of `get_readable`."""
        view = RunPage(submission)
        return super().of(
            submission,
            text=view.sentence.text,
            turn=view.turn,
            position=view.position,
            estimate=view.estimate,
            cells=view.cell_count,
            cells_done=view.cells_done,
            running_cell=None if view.run.is_final else view.running_cell,
            **more,
        )


class ComparedOut(Schema):
    """What a check compared, as texts."""

    headings: list[str]
    rows: list[list[str]]
    cut: bool = Field(description="There was more.")

    @classmethod
    def of(cls, table: Compared | None) -> Self | None:
        """From what the page shows."""
        return cls(headings=table.headings, rows=table.rows, cut=table.cut) if table else None


class ScaleOut(Schema):
    """Where a figure stands between the baseline and the reference."""

    metric: str
    yours: str
    baseline: str
    reference: str
    all_points_from: str


class DifferenceOut(Schema):
    """One respect in which a value was looked at, in words."""

    what: str = Field(description="Kind, Shape, Range, First difference …")
    expected: str
    yours: str
    same: bool


class KindsOut(Schema):
    """A value that is not right, beside what was expected."""

    name: str = Field(description="Where a function gives several values; else empty.")
    rows: list[DifferenceOut]


class DrawnOut(Schema):
    """What the picture of a check shows, for those who don't see it."""

    words: str
    numbers: ComparedOut | None


class AgainOut(Schema):
    """Where to look again."""

    concept: str | None = Field(description="Slug.")
    resource: str | None = Field(description="Slug.")
    title: str = Field(description="Of the resource, or else of the concept.")
    page: str
    at: str = Field(description="The time in the resource; empty where it isn't certain.")

    @classmethod
    def of(cls, again: Again) -> Self:
        """From what the page says."""
        target = again.resource or again.concept
        return cls(
            concept=again.concept.slug if again.concept else None,
            resource=again.resource.slug if again.resource else None,
            title=str(target),
            page=page(target),
            at=again.at,
        )


class CheckResultOut(Schema):
    """What one check found."""

    id: str
    title: str
    passed: bool
    points: float
    max_points: float
    message: str = Field(description="Markdown.")
    hint: str = Field(description="Markdown.")
    table: ComparedOut | None
    scale: ScaleOut | None
    kinds: list[KindsOut] = Field(description="Values that are not right, beside what was expected.")
    drawn: DrawnOut | None
    again: AgainOut | None = Field(description="null once it has passed.")

    @classmethod
    def of(cls, shown: ShownCheck) -> Self:
        """From what the page shows of it."""
        found, scale = shown.result, shown.scale
        names = ("title", "passed", "points", "max_points", "message", "hint")
        measured = ("metric", "yours", "baseline", "reference", "all_points_from")
        return cls(
            id=found.check_id,
            **{name: getattr(found, name) for name in names},
            table=ComparedOut.of(shown.table),
            scale=ScaleOut(**{name: getattr(scale, name) for name in measured}) if scale else None,
            kinds=[KindsOut(name=one.name, rows=[asdict(row) for row in one.rows]) for one in shown.kinds],
            drawn=DrawnOut(words=found.plot_alt, numbers=ComparedOut.of(shown.numbers)) if found.plot_svg else None,
            again=AgainOut.of(shown.again) if shown.again else None,
        )


class UsedOut(Schema):
    """What a run used, or what it ran on."""

    name: str
    value: str


class ResultOut(SubmissionOut):
    """What a hand-in came to."""

    text: str
    turn: str
    reason: str = Field(description="What ended it, or why it was scored by hand; may be empty.")
    traceback: str = Field(description="The error as Python reported it; empty where there was none.")
    failed_cell: int | None = Field(description="The cell that ended the run, from 1.")
    checks: list[CheckResultOut]
    used: list[UsedOut]

    @classmethod
    def of(cls, submission: Submission, **more: Any) -> Self:
        """From a hand-in of `get_readable` that has ended."""
        view = RunPage(submission)
        return super().of(
            submission,
            text=view.sentence.text,
            turn=view.turn,
            reason=submission.given.reason if submission.given else view.run.reason,
            traceback=view.run.error.get("traceback") or "",
            failed_cell=view.failed_cell,
            checks=[CheckResultOut.of(shown) for shown in view.checks],
            used=[UsedOut(name=name, value=value) for name, value in view.used],
            **more,
        )
