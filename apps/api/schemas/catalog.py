"""Tracks, resources, and how far one is."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, Self

from ninja import Schema
from pydantic import Field

from apps.catalog.models import Resource, Section
from apps.catalog.progress import SectionProgress, TrackProgress
from apps.submissions.models import Submission

from .common import Counted, page


class TrackOut(Schema):
    """A path through one subject."""

    slug: str
    title: str
    summary: str = Field(description="Markdown.")
    is_spine: bool = Field(description="Whether it is the course that the other tracks support.")
    progress: Counted
    page: str

    @classmethod
    def of(cls, found: TrackProgress, **more: Any) -> Self:
        """From a track and how far its learner is."""
        track = found.track
        fields = {name: getattr(track, name) for name in ("slug", "title", "summary", "is_spine")}
        return cls(**fields, progress=Counted.of(found.progress), page=page(track), **more)


class StepOut(Schema):
    """Something to do in a section."""

    slug: str
    title: str


class ResourceStepOut(StepOut):
    """A resource in its section."""

    kind: str
    optional: bool
    done: bool


class SectionOut(Schema):
    """A step of a track: resources to take in, then something to do."""

    slug: str
    title: str
    summary: str
    optional: bool
    progress: Counted
    resources: list[ResourceStepOut]
    exercises: list[StepOut]
    quizzes: list[StepOut]

    @classmethod
    def of(cls, found: SectionProgress) -> Self:
        """From a section, and how far its learner is."""
        section: Any = found.section
        resources = [
            ResourceStepOut(
                slug=one.slug, title=one.title, kind=one.kind, optional=one.optional, done=one.pk in found.done
            )
            for one in section.resources.all()
        ]
        return cls(
            slug=section.slug,
            title=section.title,
            summary=section.summary,
            optional=section.optional,
            progress=Counted.of(found.progress),
            resources=resources,
            exercises=[StepOut(slug=one.slug, title=one.title) for one in section.exercises.all()],
            quizzes=[StepOut(slug=one.slug, title=one.title) for one in section.quizzes.all()],
        )


class TrackDetailOut(TrackOut):
    """A track with all that is in it."""

    sections: list[SectionOut]

    @classmethod
    def of(cls, found: TrackProgress, **more: Any) -> Self:
        """The same with its sections."""
        return super().of(found, sections=[SectionOut.of(section) for section in found.sections], **more)


class ResourceOut(Schema):
    """Something by others that is worth a learner's time, and why."""

    slug: str
    title: str
    url: str
    kind: str
    level: str
    why: str = Field(description="Markdown.")
    author: str
    minutes: int | None
    optional: bool
    track: str
    section: str
    concepts: list[str]
    done: bool
    page: str

    @classmethod
    def of(cls, resource: Resource, done: Set[int]) -> Self:
        """From a resource read with its section, track and concepts."""
        names = ("slug", "title", "url", "kind", "level", "why", "author", "minutes", "optional")
        section: Section = resource.section
        return cls(
            **{name: getattr(resource, name) for name in names},
            track=section.track.slug,
            section=section.slug,
            concepts=sorted(concept.slug for concept in resource.concepts.all()),
            done=resource.pk in done,
            page=page(resource),
        )


class DoneOut(Schema):
    """Whether a resource is marked as done."""

    resource: str
    done: bool


class BestOut(Schema):
    """The best hand-in for an exercise."""

    exercise: str
    submission: str
    points: float
    max_points: float
    verdict: str

    @classmethod
    def of(cls, best: Submission) -> Self:
        """From one of `best_list`."""
        found: Any = best
        return cls(
            exercise=found.exercise.slug,
            submission=str(found.pk),
            points=found.score,
            max_points=found.max_score,
            verdict=found.verdict,
        )


class TrackProgressOut(Schema):
    """How far one is in a track."""

    track: str
    done: int
    total: int

    @classmethod
    def of(cls, found: TrackProgress) -> Self:
        """From a track and how far its learner is."""
        return cls(track=found.track.slug, done=found.progress.done, total=found.progress.total)


class ProgressOut(Schema):
    """How far one is with everything."""

    tracks: list[TrackProgressOut]
    exercises: list[BestOut] = Field(description="The best hand-in for each exercise that has a score.")
    reviews_due: int


class MeOut(Schema):
    """Who calls, and what the token may do."""

    name: str
    email: str
    token: str = Field(description="The token's name.")
    scopes: list[str]
    expires_at: str
