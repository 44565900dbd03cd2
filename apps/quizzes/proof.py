"""Proves the answers of questions: whatever can be computed is computed, in a process of its own with a time limit.

What runs is the curriculum's own code; nothing of a learner's comes here. Imports no Django.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from apps.quizzes.equality import points_for
from apps.quizzes.expression import read_expression
from apps.quizzes.kinds import Calculus, CodeOutput, Expression, Matrix, Numeric, Quiz, Shape
from apps.quizzes.marks.quantities import ROUNDING, answer_rows, half_unit
from apps.quizzes.marks.texts import output, stated_shape
from apps.quizzes.numbers import exact
from apps.quizzes.trees import evaluate
from apps.quizzes.variants import Variant, vary

__all__ = ["PROVABLE", "disproved"]

PROVABLE = (Numeric, Expression, CodeOutput, Shape, Matrix)
INSIDE = Path(__file__).with_name("proof_inside.py")
# For all blocks of a file together; importing torch is most of it.
LIMIT_S = 120.0
# Finite differences of sixth order: good to about ten figures where a function is tame.
STEP = 1e-2
STENCIL = ((1, 0.75), (2, -0.15), (3, 1 / 60))
DERIVATIVE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Job:
    """A block to run for a variant, and the points at which its value is wanted, for an expression."""

    variant: Variant
    kind: str
    source: str
    setup: str = ""
    points: tuple[dict[str, float], ...] = ()


def disproved(quiz: Quiz, seeds: Sequence[int], *, questions: Iterable[str] | None = None) -> list[str]:
    """Recompute every answer of `quiz` that can be, for each of `seeds`; a line for each that comes out differently.

    `questions` are ids of the ones to look at (all by default). Raises RuntimeError where the process itself fails.
    """
    wanted = None if questions is None else set(questions)
    variants = [
        vary(quiz.slug, question, seed)
        for question in quiz.questions
        if isinstance(question, PROVABLE) and (wanted is None or question.id in wanted)
        for seed in (seeds if question.variants else seeds[:1])
    ]
    found: list[str] = []
    jobs: list[Job] = []
    for variant in variants:
        if isinstance(variant.question, Expression) and isinstance(variant.question.compute, Calculus):
            found += _label(variant, _calculus(variant, variant.question, variant.question.compute))
        else:
            jobs.append(_job(variant))
    for job, result in zip(jobs, _run(jobs), strict=True):
        complaints = [f"It fails: {result['error']}"] if "error" in result else _compare(job, result["value"])
        found += _label(job.variant, complaints)
    return found


def _label(variant: Variant, complaints: Iterable[str]) -> Iterator[str]:
    return (f"{variant.ref} (seed {variant.seed}): {text}" for text in complaints)


def _job(variant: Variant) -> Job:
    match variant.question:
        case CodeOutput() as question:
            return Job(variant, "output", question.code)
        case Shape() as question if question.compute:
            return Job(variant, "shape", question.compute)
        case Shape() as question:
            return Job(variant, "shape", question.read or "", setup=question.code or "")
        case Expression() as question:
            assert isinstance(question.compute, str)
            return Job(variant, "points", question.compute, points=tuple(points_for(variant, "proof")))
        case Numeric() | Matrix() as question:
            return Job(variant, "value", question.compute)
        case _:
            raise TypeError(f"{variant.ref} has nothing to compute.")


def _run(jobs: list[Job]) -> list[dict[str, Any]]:
    if not jobs:
        return []
    task = [
        {"kind": job.kind, "source": job.source, "setup": job.setup, "points": job.points, "values": job.variant.values}
        for job in jobs
    ]
    done = subprocess.run(
        [sys.executable, "-I", str(INSIDE)],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        env={"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1", "HOME": "/nonexistent"},
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The proof's process ended with {done.returncode}: {done.stderr[-2000:]}")
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def _compare(job: Job, value: Any) -> Iterator[str]:
    match job.variant.question:
        case CodeOutput() as question:
            if output(str(question.answer), exact=True) != output(value, exact=True):
                yield f"The code prints {value!r}, the answer is {question.answer!r}."
        case Shape() as question:
            if stated_shape(question.answer) != tuple(value):
                yield f"The shape is {tuple(value)}, the answer is {question.answer}."
        case Numeric() as question:
            stated, computed = exact(question.answer), Fraction(str(value))
            if not _agree(stated, computed, question.significant):
                yield f"compute gives {value}, the answer is {question.answer}."
        case Matrix() as question:
            try:
                rows = [[Fraction(str(cell)) for cell in row] for row in value]
            except (TypeError, ValueError):
                yield f"compute gives {value}, which is no list of rows of numbers."
                return
            stated_rows = answer_rows(question)
            if [len(row) for row in rows] != [len(row) for row in stated_rows] or not all(
                _agree(a, b, None)
                for one, other in zip(stated_rows, rows, strict=True)
                for a, b in zip(one, other, strict=True)
            ):
                yield f"compute gives {value}, the answer is {question.answer}."
        case Expression() as question:
            tree = read_expression(question.reference, tuple(question.variables))
            pairs = [(point, evaluate(tree, point), result) for point, result in zip(job.points, value, strict=True)]
            shift = (pairs[0][1] or 0.0) - pairs[0][2] if question.up_to_constant else 0.0
            for point, stated_value, result in pairs:
                if stated_value is None or abs(stated_value - result - shift) > 1e-7 * max(1.0, abs(stated_value)):
                    yield f"At {point} compute gives {result}, the reference {stated_value}."
                    return


def _agree(stated: Fraction, computed: Fraction, significant: int | None) -> bool:
    """An answer is stated in full precision, or to the figures that are asked for."""
    bound = half_unit(computed, significant) if significant else ROUNDING * abs(computed) + Fraction(1, 10**9)
    return abs(stated - computed) <= bound


def _calculus(variant: Variant, question: Expression, given: Calculus) -> Iterator[str]:
    """Whether one of reference and given expression is the derivative of the other, by finite differences."""
    variables = tuple(question.variables)
    reference = read_expression(question.reference, variables)
    other = read_expression(given.derivative or given.integral or "", variables)
    whole, slope = (other, reference) if given.derivative else (reference, other)
    if given.by not in variables:
        yield f"by: {given.by} is none of the variables."
        return
    checked = 0
    for point in points_for(variant, "proof"):
        step = STEP * max(1.0, abs(point[given.by])) * 0.1
        sides = [
            (weight, evaluate(whole, {**point, given.by: point[given.by] + sign * n * step}), sign)
            for n, weight in STENCIL
            for sign in (1, -1)
        ]
        stated = evaluate(slope, point)
        if stated is None or any(side is None for _, side, _ in sides):
            continue
        found = sum(weight * (side or 0.0) * sign for weight, side, sign in sides) / step
        checked += 1
        if abs(found - stated) > DERIVATIVE_TOLERANCE * max(1.0, abs(stated)):
            yield f"At {point} the derivative is {found:.8g}, the formula gives {stated:.8g}."
            return
    if checked < 6:
        yield "The formulas have values at too few points to be compared. Correct the variables' from: and to:."
