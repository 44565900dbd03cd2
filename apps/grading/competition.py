"""Exercises with a leaderboard: one part of the hidden rows tells the score at once, the other decides in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.grading.errors import ArtefactError
from apps.grading.metrics import Metric

Score = Callable[[Any], float]


@dataclass(frozen=True, kw_only=True)
class Competition:
    """`public` and `private` give a figure of `metric` for what the probe `probe` brought back.

    Both raise ArtefactError for a value that is no entry. The private figure is shown to nobody before the end.
    """

    probe: str
    metric: Metric
    public: Score
    private: Score

    def entry(self, value: Any) -> Entry | None:
        """The entry that a probe's value is, or None where it is none (an ArtefactError stands for no value)."""
        if isinstance(value, ArtefactError):
            return None
        try:
            return Entry(public=float(self.public(value)), private=float(self.private(value)))
        except ArtefactError:
            return None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What one hand-in is worth on the leaderboard, in the metric's unit."""

    public: float
    private: float
