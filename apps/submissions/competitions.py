"""The rules of an exercise that is a competition."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.exercises.models import Exercise
    from apps.grading import Metric


def rules_of(exercise: Exercise) -> dict[str, Any]:
    """What its manifest says of the competition; empty where it is none."""
    version = exercise.current_version
    return (version.manifest.get("competition") or {}) if version else {}


def metric_of(exercise: Exercise) -> Metric | None:
    """What its entries are measured by; None where it is no competition."""
    competition = exercise.current_version.package().spec().competition if rules_of(exercise) else None
    return competition.metric if competition else None


def last_day(exercise: Exercise) -> datetime.date | None:
    """The day on whose evening it ends; None for one without an end."""
    ends = rules_of(exercise).get("ends")
    return datetime.date.fromisoformat(ends) if ends else None


def ends_at(exercise: Exercise) -> datetime.datetime | None:
    """The first moment after it; None for one without an end."""
    day = last_day(exercise)
    if day is None:
        return None
    return datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), tzinfo=datetime.UTC)
