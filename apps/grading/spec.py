"""What an exercise's grading.py declares: the hidden inputs, what is asked of the notebook, how it is judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.grading.checks import Check, Predicate
from apps.grading.competition import Competition
from apps.grading.errors import SpecError
from apps.grading.inputs import Inputs
from apps.runner.contract import ProbeCall

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _nothing(_: np.random.Generator) -> Inputs:
    return Inputs()


@dataclass(frozen=True, kw_only=True)
class GradingSpec:
    """`inputs(rng)` draws the inputs of a run; `probes` call the notebook with them; `checks` judge what came back.

    With a `competition` each hand-in is an entry on the exercise's leaderboard too.

    Raises SpecError where these don't fit each other.
    """

    probes: tuple[ProbeCall, ...]
    checks: tuple[Check, ...]
    inputs: Callable[[np.random.Generator], Inputs] = _nothing
    competition: Competition | None = None

    def __post_init__(self) -> None:
        """Names are unique and fit for files and addresses, points positive, probes known."""
        for what, names in (("probe", [p.id for p in self.probes]), ("check", [c.id for c in self.checks])):
            if bad := [name for name in names if not _ID.fullmatch(name) or names.count(name) > 1]:
                raise SpecError(f"{what} ids are small letters, digits and hyphens, each once: {', '.join(bad)}")
        if not self.checks:
            raise SpecError("there are no checks")
        known = {probe.id for probe in self.probes}
        for check in self.checks:
            if not check.points > 0:
                raise SpecError(f"the check {check.id} has no points")
            if missing := [probe for probe in probes_of(check) if probe not in known]:
                raise SpecError(f"the check {check.id} looks at the unknown probe {missing[0]}")
        if self.competition and self.competition.probe not in known:
            raise SpecError(f"the competition looks at the unknown probe {self.competition.probe}")

    @property
    def max_score(self) -> float:
        """All points together."""
        return float(sum(check.points for check in self.checks))

    def draw(self, seed: int) -> Inputs:
        """The inputs of the run with this seed (0 or more), the same each time. Raises SpecError."""
        try:
            inputs = self.inputs(np.random.default_rng(seed))
        except SpecError:
            raise
        except Exception as error:
            raise SpecError(f"drawing the inputs raised {type(error).__name__}: {error}") from error
        if not isinstance(inputs, Inputs):
            raise SpecError("drawing gave no Inputs")
        shown = {described.name for described in inputs.for_learner()}
        for probe in self.probes:
            if unknown := [name for name in _placeholders(probe) if name not in shown]:
                raise SpecError(f"the probe {probe.id} asks for ${unknown[0]}, which is not among the inputs")
        return inputs


def probes_of(check: Check) -> tuple[str, ...]:
    """The probes that a check looks at, its own first."""
    return (check.probe, *check.also) if isinstance(check, Predicate) else (check.probe,)


def _placeholders(probe: ProbeCall) -> Iterator[str]:
    given: list[Any] = [*probe.args, *probe.kwargs.values()]
    return (value[1:] for value in given if isinstance(value, str) and value.startswith("$"))
