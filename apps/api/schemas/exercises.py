"""Exercises: what they ask for, and what one has left."""

from __future__ import annotations

from typing import Any, Self

from ninja import Schema
from pydantic import Field

from apps.exercises.build import introduction
from apps.exercises.models import Exercise
from apps.exercises.wording import limits_in_words

from .common import page


class ExerciseOut(Schema):
    """Something to do: a notebook to download, fill in and hand in."""

    slug: str
    title: str
    summary: str = Field(description="Markdown.")
    level: str
    minutes: int = Field(description="How long a learner is likely to need.")
    track: str
    section: str
    concepts: list[str]
    max_points: float
    page: str

    @classmethod
    def of(cls, exercise: Exercise, **more: Any) -> Self:
        """From an exercise of `for_list` or `for_detail`."""
        found: Any = exercise
        return cls(
            **{name: getattr(found, name) for name in ("slug", "title", "summary", "level", "minutes")},
            track=found.section.track.slug,
            section=found.section.slug,
            concepts=sorted(concept.slug for concept in found.concepts.all()),
            max_points=found.current_version.max_score,
            page=page(found),
            **more,
        )


class LimitOut(Schema):
    """What a hand-in may use, in words."""

    name: str
    text: str


class CheckOut(Schema):
    """What is checked, and how much it is worth."""

    id: str
    title: str
    points: float


class ExerciseDetailOut(ExerciseOut):
    """With all that its page says."""

    introduction: str = Field(description="Markdown.")
    version: str = Field(description="SHA-256 of its package; a starter notebook names it.")
    limits: list[LimitOut]
    checks: list[CheckOut]
    attempts_used: int
    attempts: int | None = Field(description="How many there are; null: as many as you like.")
    retired: bool = Field(description="Nothing can be handed in for it any more.")

    @classmethod
    def of(cls, exercise: Exercise, **more: Any) -> Self:
        """From an exercise of `for_detail`, with what its learner has left."""
        version: Any = exercise.current_version
        package = version.package()
        return super().of(
            exercise,
            introduction=introduction(package),
            version=version.digest,
            limits=[LimitOut(name=name, text=text) for name, text in limits_in_words(package.manifest)],
            checks=[CheckOut(**check) for check in version.checks],
            retired=exercise.retired,
            **more,
        )
