"""What grading says: findings of single checks, and the report on all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from apps.grading.competition import Entry


@dataclass(frozen=True)
class Plot:
    """A picture as SVG text of our own making, and the same in words for those who can't see it.

    `columns` and `rows` hold a few of its numbers, as a table under it.
    """

    svg: str = ""
    alt: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[float | str, ...], ...] = ()


@dataclass(frozen=True)
class LookAgain:
    """Where something was taught: the slug of a resource, and the time in it (`12:30`) only where that is certain."""

    resource: str
    at: str = ""


@dataclass(frozen=True)
class Difference:
    """One respect in which a value was looked at: what was expected and what came, in words."""

    what: str
    expected: str
    yours: str
    same: bool


@dataclass(frozen=True)
class Kinds:
    """What a value is beside what was expected; `name` where a function gives several."""

    rows: tuple[Difference, ...]
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What a check teaches beside its message: plain texts and numbers.

    `kinds` of values that are not right; `concept` and `look_again` as the check names them, until it has passed;
    the table under its picture.
    """

    kinds: tuple[Kinds, ...] = ()
    concept: str = ""
    look_again: LookAgain | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[float | str, ...], ...] = ()


@dataclass(frozen=True)
class Finding:
    """What a check found: the share of its points (0 to 1), a message for the learner, and what was compared (JSON)."""

    share: float
    message: str
    compared: Mapping[str, Any] = field(default_factory=dict)
    plot: Plot = field(default_factory=Plot)

    @classmethod
    def right(cls, message: str, compared: Mapping[str, Any] | None = None, plot: Plot | None = None) -> Self:
        """All points."""
        return cls(1.0, message, compared or {}, plot or Plot())

    @classmethod
    def wrong(cls, message: str, compared: Mapping[str, Any] | None = None, plot: Plot | None = None) -> Self:
        """No points."""
        return cls(0.0, message, compared or {}, plot or Plot())


@dataclass(frozen=True, kw_only=True)
class CheckOutcome:
    """One check as the learner sees it. `hint` is empty once the check has passed; `compared` is plain JSON."""

    id: str
    title: str
    points: float
    max_points: float
    passed: bool
    message: str
    hint: str = ""
    compared: dict[str, Any] = field(default_factory=dict)
    plot_svg: str = ""
    plot_alt: str = ""
    lesson: Lesson = field(default_factory=Lesson)


@dataclass(frozen=True, kw_only=True)
class GradeReport:
    """All checks of a run, in the order of the exercise. `score` is the sum of their points.

    `entry` is what it is worth on the leaderboard, where the exercise has one and the run left an entry.
    """

    score: float
    max_score: float
    checks: tuple[CheckOutcome, ...]
    entry: Entry | None = None

    @property
    def passed(self) -> bool:
        """Whether every check has all its points."""
        return all(check.passed for check in self.checks)
