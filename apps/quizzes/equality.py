"""Whether a formula equals the reference: at points drawn afresh, where the sandbox says what the learner's is worth.

1. `pose` draws points at which the reference has a value, and makes the task: the learner's formula and the points;
2. the task goes to a runner (apps/runner/formulas.py: `judge_expression`), which knows nothing of the reference;
3. `decide` compares what comes back with the reference's values at the same points.

Imports no Django, no SymPy, and nothing of the runner: task and outcome are plain JSON.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from apps.quizzes.expression import read_expression
from apps.quizzes.kinds import Expression
from apps.quizzes.marks.quantities import missed
from apps.quizzes.results import Score, Undecided, Unreadable
from apps.quizzes.trees import Tree, evaluate
from apps.quizzes.variants import Variant
from studyhub.saying import gettext as _

__all__ = ["EqualityError", "decide", "points_for", "pose"]

POINTS = 12
TRIES = 400
# Relative to the value; the reference is computed in double precision.
RELATIVE = 1e-8
ABSOLUTE = 1e-12

Point = dict[str, float]


class EqualityError(ValueError):
    """The reference can't be evaluated where its variables are drawn; the text says why, for its author."""


def pose(variant: Variant, undecided: Undecided, nonce: str) -> dict[str, Any]:
    """The task for the sandbox, as JSON: {"tree": canonical text, "points": [{"x": "0.25"}, …]}.

    `nonce` is another one for each answer, and is kept until `decide`: nobody can fit a formula to points unknown.
    Raises EqualityError where the question is at fault.
    """
    points = points_for(variant, nonce)
    return {"tree": undecided.canonical, "points": [{name: repr(x) for name, x in point.items()} for point in points]}


def points_for(variant: Variant, nonce: str) -> list[Point]:
    """Points in the variables' domains at which the reference has a value. Raises EqualityError where there are few."""
    question = _question(variant)
    reference = read_expression(question.reference, tuple(question.variables))
    rng = random.Random(f"{variant.ref}/{variant.seed}/{nonce}")  # noqa: S311 - fresh, not secret
    points: list[Point] = []
    for _try in range(TRIES):
        point = {name: _draw(rng, domain.low, domain.high, domain.whole) for name, domain in question.variables.items()}
        if evaluate(reference, point) is not None:
            points.append(point)
        if len(points) == POINTS:
            return points
    raise EqualityError(
        f"The reference {question.reference!r} has no value at most points of its variables' domains. Correct from: "
        "and to: of the variables."
    )


def decide(variant: Variant, undecided: Undecided, nonce: str, outcome: Any) -> Score | Unreadable | None:
    """What the response is worth, by the outcome that the sandbox sent back; None where the platform is at fault.

    An outcome is {"status": "ok", "values": ["0.5", null, …]} (null: no real value there), {"status": "too_hard"} or
    {"status": "platform_error"}. Whatever else it may be is a fault of the platform's, for which nobody loses.
    """
    if not isinstance(outcome, Mapping):
        return None
    if outcome.get("status") == "too_hard":
        return Unreadable(_("This formula took too long to evaluate. Write it more simply."))
    points = points_for(variant, nonce)
    values = _values(outcome.get("values"), len(points))
    if outcome.get("status") != "ok" or values is None:
        return None
    question = _question(variant)
    undefined = next((point for point, value in zip(points, values, strict=True) if value is None), None)
    if undefined is not None:
        message = f"Not right: your formula has no real value at {_where(undefined)}, where the answer has one."
        return Score(share=0.0, message=message, understood=undecided.understood)
    given = [value for value in values if value is not None]
    if _equal(given, _expected(question.reference, question, points), question.up_to_constant):
        return Score(share=1.0, message="Right.", understood=undecided.understood)
    for number, mistake in enumerate(question.mistakes):
        if _equal(given, _expected(str(mistake.answer), question, points), question.up_to_constant):
            return missed(mistake, number, undecided.understood)
    apart = _first_apart(given, _expected(question.reference, question, points), points)
    where = "" if question.up_to_constant or apart is None else f": it has another value than the answer at {apart}"
    return Score(share=0.0, message=f"Not right{where}.", understood=undecided.understood)


def _question(variant: Variant) -> Expression:
    if not isinstance(variant.question, Expression):
        raise TypeError(f"{variant.ref} asks for no formula.")
    return variant.question


def _draw(rng: random.Random, low: float, high: float, whole: bool) -> float:
    # Few digits: a point can be named, and is the same number in binary and decimal on both sides.
    return float(rng.randint(math.ceil(low), math.floor(high))) if whole else _rounded(rng.uniform(low, high))


def _rounded(x: float) -> float:
    return round(x * 1024) / 1024 if abs(x) >= 0.1 else float(f"{x:.6g}")


def _expected(text: str, question: Expression, points: Sequence[Point]) -> list[float | None]:
    tree: Tree = read_expression(text, tuple(question.variables))
    return [evaluate(tree, point) for point in points]


def _values(found: Any, count: int) -> list[float | None] | None:
    """The values of an outcome, None where they are not what a runner sends."""
    if not isinstance(found, list) or len(found) != count:
        return None
    values: list[float | None] = []
    for value in found:
        if value is None:
            values.append(None)
            continue
        if not isinstance(value, str) or len(value) > 100:
            return None
        try:
            number = float(value)
        except ValueError:
            return None
        # Beyond what a double holds: not the answer, whose value it does hold.
        values.append(number if math.isfinite(number) else math.copysign(1.8e308, number))
    return values


def _equal(given: Sequence[float], expected: Sequence[float | None], up_to_constant: bool) -> bool:
    if any(value is None for value in expected):
        return False
    pairs = [(one, other) for one, other in zip(given, expected, strict=True) if other is not None]
    shift = pairs[0][0] - pairs[0][1] if up_to_constant else 0.0
    size = max(abs(shift), max(abs(other) for _, other in pairs)) if up_to_constant else 0.0
    return all(abs(one - shift - other) <= RELATIVE * max(abs(other), size) + ABSOLUTE for one, other in pairs)


def _first_apart(given: Sequence[float], expected: Sequence[float | None], points: Sequence[Point]) -> str | None:
    for one, other, point in zip(given, expected, points, strict=True):
        if other is not None and abs(one - other) > RELATIVE * abs(other) + ABSOLUTE:
            return _where(point)
    return None


def _where(point: Point) -> str:
    return ", ".join(f"{name} = {x:.6g}" for name, x in point.items())
