"""The kinds of checks that an exercise's grading.py is written in.

A check looks at what one probe brought back, and gives a share of its points with a message. The messages say shapes,
kinds, how many entries are right and how large the largest difference is, never the right values of hidden data. Those
are shown beside the learner's only by a check that says `reveal` (kinds.py has the rule).
Everything a learner may have done wrong is an ArtefactError or a Finding; anything else that is raised is a mistake
in the exercise.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.grading import kinds, plots, values
from apps.grading.compare import compare_arrays, figure
from apps.grading.errors import ArtefactError, SpecError
from apps.grading.inputs import Inputs
from apps.grading.metrics import Metric
from apps.grading.report import Finding, Kinds, LookAgain, Plot

Reference = Callable[[Inputs], Any]


@dataclass(frozen=True, kw_only=True)
class Check(ABC):
    """What all checks have: a stable id, a title, points, the probe to look at, and a hint that gives nothing away.

    `concept` is the slug of the concept that it is about, `look_again` says where that was taught. `sketch(value,
    inputs)` draws more of the value than the check itself does; it may raise ArtefactError for one that is of no use.
    """

    id: str
    title: str
    points: float
    probe: str
    hint: str = ""
    concept: str = ""
    look_again: LookAgain | None = None
    sketch: Callable[[Any, Inputs], Plot] | None = None

    @abstractmethod
    def judge(self, value: Any, inputs: Inputs) -> Finding:
        """Called by the engine with the probe's value. Raises ArtefactError where the value is of no use."""

    def picture(self, value: Any, inputs: Inputs) -> Plot:
        """Called by the engine where `judge` drew nothing. Raises ArtefactError where there is nothing to draw."""
        return self.sketch(value, inputs) if self.sketch else Plot()

    def kinds(self, value: Any, inputs: Inputs) -> tuple[Kinds, ...]:
        """Called by the engine where not all points were earned. Raises ArtefactError where there is nothing to say."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Close(Check):
    """The value equals the reference's within |difference| ≤ atol + rtol · |reference| (NumPy's `allclose`).

    With `returns`, the learner's function gives that many values, and so does `reference`; the names are for messages;
    `parts` says which of the learner's values they are, where there are more. With `item`, only that part of the
    learner's value is looked at. Text and truth values have to be equal.

    `reveal` lets learners see the reference's values: only where they come from inputs drawn anew for each run. `plot`
    draws (reference, learner's value), passed or not, and wants `reveal`.
    """

    reference: Reference
    rtol: float = 1e-6
    atol: float = 1e-9
    item: int | str | None = None
    returns: tuple[str, ...] = ()
    parts: tuple[int | str, ...] = ()
    reveal: bool = False
    plot: plots.Picture | None = None

    def __post_init__(self) -> None:
        """Raise SpecError for a picture that may not be shown, or of several values."""
        if self.plot and (not self.reveal or self.returns):
            raise SpecError(f"the check {self.id} may draw one value that it reveals: it needs reveal, and no returns")

    def judge(self, value: Any, inputs: Inputs) -> Finding:
        """See Check."""
        if self.item is not None:
            value = values.item(value, self.item)
        if not self.returns:
            return compare_arrays(value, self.reference(inputs), self.rtol, self.atol)
        parts = self._parts(value)
        expected = self.reference(inputs)
        if not isinstance(expected, tuple) or len(expected) != len(self.returns):
            raise SpecError(f"the reference of {self.id} doesn't return {len(self.returns)} values")
        compared: dict[str, Any] = {}
        for name, part, right in zip(self.returns, parts, expected, strict=True):
            found = compare_arrays(part, right, self.rtol, self.atol, what=f"The value `{name}`")
            compared[name] = dict(found.compared)
            if found.share < 1:
                return Finding.wrong(found.message, compared)
        return Finding.right("All values agree with the reference.", compared)

    def picture(self, value: Any, inputs: Inputs) -> Plot:
        """See Check."""
        if self.plot is None:
            return super().picture(value, inputs)
        if self.item is not None:
            value = values.item(value, self.item)
        return self.plot(np.asarray(self.reference(inputs)), values.array(value, finite=False))

    def kinds(self, value: Any, inputs: Inputs) -> tuple[Kinds, ...]:
        """See Check."""
        if self.item is not None:
            value = values.item(value, self.item)
        expected = self.reference(inputs)
        if not self.returns:
            pairs = [(value, expected, "")]
        else:
            try:
                pairs = list(zip(self._parts(value), expected, self.returns, strict=True))
            except ArtefactError:
                return () if self.parts else (kinds.several(value, self.returns),)
        found = (
            kinds.beside(part, right, rtol=self.rtol, atol=self.atol, reveal=self.reveal, name=name)
            for part, right, name in pairs
        )
        return tuple(one for one in found if one)[: kinds.MOST_VALUES]

    def is_fixed(self, *draws: Inputs) -> bool:
        """Whether the reference is the same for all these draws: then it may not be revealed."""
        first, *others = (self._listed(self.reference(inputs)) for inputs in draws)
        return all(np.array_equal(a, b) for other in others for a, b in zip(first, other, strict=True))

    def _listed(self, expected: Any) -> list[np.ndarray]:
        return [np.asarray(part) for part in (expected if self.returns else (expected,))]

    def _parts(self, value: Any) -> tuple[Any, ...]:
        if self.parts:
            return tuple(values.item(value, part) for part in self.parts)
        return values.several(value, len(self.returns))


@dataclass(frozen=True, kw_only=True)
class Relative(Check):
    """Points for quality, measured between a simple baseline and a reference model:

    points × clip((metric − baseline) / (target − baseline), 0, 1), where the target is the reference less `slack`.

    `truth(inputs)` gives what should have been predicted. `baseline` and `reference` are figures of the metric, or
    functions of the inputs that give predictions, then measured on the same rows. `slack`, in the metric's unit, says
    how far below the reference all points are still given. `shape` is what the learner returns (that of the truth
    unless given), `convert` makes predictions of it (class scores to labels, for instance).
    """

    metric: Metric
    truth: Reference
    baseline: float | Reference
    reference: float | Reference
    slack: float = 0.0
    shape: tuple[int, ...] | None = None
    convert: Callable[[np.ndarray], np.ndarray] | None = None
    plot: plots.Picture | None = None

    def judge(self, value: Any, inputs: Inputs) -> Finding:
        """See Check."""
        truth = np.asarray(self.truth(inputs))
        is_text = truth.dtype.kind == "U" and self.convert is None
        predicted = values.array(value, shape=self.shape or truth.shape, text=is_text)
        if self.convert is not None:
            predicted = self.convert(predicted)
        yours = self.metric.function(truth, predicted)
        scale = self.measured(inputs)
        baseline, reference = scale["baseline"], scale["reference"]
        target = reference - self.slack if self.metric.higher_is_better else reference + self.slack
        share = relative_share(yours, baseline, target, higher_is_better=self.metric.higher_is_better)
        show = self.metric.show
        message = f"Your {self.metric.name} is {show(yours)}; the baseline has {show(baseline)}, the reference model "
        message += f"{show(reference)}."
        if share == 1 and (yours > reference) == self.metric.higher_is_better and yours != reference:
            message += " You beat the reference: well done!"
        compared = {
            "metric": self.metric.name,
            "yours": figure(yours),
            "baseline": figure(baseline),
            "reference": figure(reference),
            "all_points_from": figure(target),
        }
        plot = self.plot(truth, predicted) if self.plot else Plot()
        return Finding(share, message, compared, plot)

    def kinds(self, value: Any, inputs: Inputs) -> tuple[Kinds, ...]:
        """See Check: the kind and shape of what should be predicted, where the value has another one."""
        truth = np.asarray(self.truth(inputs))
        is_text = truth.dtype.kind == "U" and self.convert is None
        found = kinds.form(value, self.shape or truth.shape, text=is_text)
        return (found,) if found else ()

    def measured(self, inputs: Inputs) -> dict[str, float]:
        """The metric of `baseline` and of `reference` on these inputs."""
        truth = np.asarray(self.truth(inputs))
        sources = {"baseline": self.baseline, "reference": self.reference}
        return {name: self._measure(source, truth, inputs) for name, source in sources.items()}

    def _measure(self, source: float | Reference, truth: np.ndarray, inputs: Inputs) -> float:
        return self.metric.function(truth, np.asarray(source(inputs))) if callable(source) else source


def relative_share(metric: float, baseline: float, target: float, *, higher_is_better: bool) -> float:
    """clip((metric − baseline) / (target − baseline), 0, 1); 0 for a metric that is not a finite number.

    Raises SpecError where the target isn't better than the baseline: the scale would be turned round.
    """
    if not np.isfinite([baseline, target]).all() or not (target > baseline if higher_is_better else target < baseline):
        raise SpecError(f"the reference ({target:g}) is not better than the baseline ({baseline:g})")
    if not np.isfinite(metric):
        return 0.0
    return min(1.0, max(0.0, (metric - baseline) / (target - baseline)))


@dataclass(frozen=True, kw_only=True)
class Falling(Check):
    """A list of losses that falls: the mean of its last tenth is at most `to` times that of its first tenth.

    `at_least` is how many losses there have to be.
    """

    to: float = 0.5
    at_least: int = 2
    item: int | str | None = None

    def judge(self, value: Any, inputs: Inputs) -> Finding:
        """See Check."""
        if self.item is not None:
            value = values.item(value, self.item)
        losses = values.array(value, shape=(None,), what="The list of losses")
        if len(losses) < self.at_least:
            return Finding.wrong(f"There are {len(losses)} losses; at least {self.at_least} were expected.")
        tenth = max(1, len(losses) // 10)
        with np.errstate(over="ignore", invalid="ignore"):
            first, last = float(losses[:tenth].mean()), float(losses[-tenth:].mean())
        compared = {"losses": len(losses), "first": figure(first), "last": figure(last)}
        plot = plots.loss_curve(losses, goal=self.to * first)
        shown = f"The loss goes from {first:.3g} to {last:.3g} in {len(losses)} entries"
        if 0 <= last <= self.to * first:
            return Finding.right(f"{shown}.", compared, plot)
        return Finding.wrong(f"{shown}; it should fall to {self.to:.0%} of its start or lower.", compared, plot)

    def kinds(self, value: Any, inputs: Inputs) -> tuple[Kinds, ...]:
        """See Check: a list of numbers, where the value is none."""
        if self.item is not None:
            value = values.item(value, self.item)
        found = kinds.form(value, (None,))
        return (found,) if found else ()


@dataclass(frozen=True, kw_only=True)
class Parameters(Check):
    """A torch model whose weights (and buffers) number at least `at_least` and at most `at_most`."""

    at_most: int
    at_least: int = 1

    def judge(self, value: Any, inputs: Inputs) -> Finding:
        """See Check."""
        arrays = values.weights(value)
        for name, tensor in arrays.items():
            values.check_finite(tensor, f"The tensor `{name[:60]}`")
        count = sum(tensor.size for tensor in arrays.values())
        compared = {"parameters": count, "at_least": self.at_least, "at_most": self.at_most}
        shown = f"Your model has {count:,} parameters in {len(arrays)} tensors"
        if self.at_least <= count <= self.at_most:
            return Finding.right(f"{shown}; the budget is {self.at_most:,}.", compared)
        return Finding.wrong(f"{shown}; allowed are {self.at_least:,} to {self.at_most:,}.", compared)


@dataclass(frozen=True, kw_only=True)
class Predicate(Check):
    """Anything else: `test(value, inputs)` gives a Finding, or raises ArtefactError with a sentence for the learner.

    `also` names more probes, whose values follow the first in a tuple: `test((first, *more), inputs)`.
    """

    test: Callable[[Any, Inputs], Finding]
    also: Sequence[str] = ()

    def judge(self, value: Any, inputs: Inputs) -> Finding:
        """See Check."""
        finding = self.test(value, inputs)
        if not isinstance(finding, Finding):
            raise SpecError(f"the test of {self.id} returns no Finding")
        return finding
