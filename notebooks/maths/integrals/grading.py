"""Integrals: each rule against our own, on fresh random waves and intervals."""

from collections.abc import Callable

import numpy as np

from apps.grading import Close, GradingSpec, Inputs, ProbeCall, curves

INTERVALS, SAMPLES = 5, 30


def inputs(rng: np.random.Generator) -> Inputs:
    """A wave of three sines, intervals, few pieces so that the rules differ; unevenly spaced samples; a power law."""
    starts = rng.uniform(-3, 2, INTERVALS)
    return Inputs(
        given={
            "amplitudes": rng.uniform(0.5, 2, 3) * rng.choice([-1, 1], 3),
            "frequencies": np.array([0.5, 1.5, 2.5]) + rng.uniform(0, 1, 3),
            "intervals": np.column_stack([starts, starts + rng.uniform(1.5, 4, INTERVALS)]),
            "samples": np.cumsum(rng.uniform(0.05, 1, SAMPLES)) - rng.uniform(0, 10),
            "heights": rng.normal(1, 3, SAMPLES),
        },
        values={
            "n": int(rng.choice([6, 8, 10])),
            "exact": float(rng.normal()),
            "power": float(rng.uniform(0.7, 3.9)),
            "pieces": int(rng.integers(5, 12)),
        },
    )


Rule = Callable[[Callable[[np.ndarray], np.ndarray], float, float, int], float]


def weighted(weights: Callable[[int], np.ndarray], shift: float = 0.0) -> Rule:
    """The rule h · Σ weights[k] · f(a + (k + shift) h) over k = 0 … n − 1 or n, as many as there are weights."""

    def rule(f: Callable[[np.ndarray], np.ndarray], a: float, b: float, n: int) -> float:
        h, w = (b - a) / n, weights(n)
        return float(h * np.sum(w * f(a + h * (np.arange(len(w)) + shift))))

    return rule


def ends_half(n: int) -> np.ndarray:
    """1/2, 1, …, 1, 1/2: shape (n + 1,)."""
    return np.concatenate([[0.5], np.ones(n - 1), [0.5]])


def simpsons(n: int) -> np.ndarray:
    """1/3, 4/3, 2/3, …, 4/3, 1/3: shape (n + 1,) for an even n (DLMF 3.5(ii))."""
    weights = np.where(np.arange(n + 1) % 2, 4.0, 2.0) / 3
    weights[[0, -1]] = 1 / 3
    return weights


def on_waves(rule: Rule) -> Callable[[Inputs], np.ndarray]:
    """The reference for a rule: its sums over all intervals, shape (INTERVALS,)."""

    def reference(drawn: Inputs) -> np.ndarray:
        def wave(x: np.ndarray) -> np.ndarray:
            return np.sin(np.multiply.outer(x, drawn["frequencies"])) @ drawn["amplitudes"]

        return np.array([rule(wave, a, b, drawn["n"]) for a, b in drawn["intervals"]])

    return reference


def area_so_far(drawn: Inputs) -> np.ndarray:
    """Trapezia below unevenly spaced samples, added up: shape (SAMPLES,), from 0 on."""
    x, y = drawn["samples"], drawn["heights"]
    return np.concatenate([[0.0], np.cumsum((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2)])


LEFT, MIDPOINT = weighted(np.ones), weighted(np.ones, shift=0.5)
TRAPEZOID, SIMPSON = weighted(ends_half), weighted(simpsons)
WAVE = ("$amplitudes", "$frequencies", "$intervals", "$n")
# Tolerances. Right sums of eleven numbers differ by rounding, 1e-15 of their size. With at most ten pieces on intervals
# this long the rules are far from each other: in 1000 draws any two of them, and each of them and the integral itself,
# lay more than 1e-4 apart on some interval. So nobody gets the points of one rule with another, or with an
# antiderivative. The made-up rule follows its power law exactly: its order comes out to nine digits by any way of
# measuring it.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="left", target="try_left", args=WAVE),
        ProbeCall(id="midpoint", target="try_midpoint", args=WAVE),
        ProbeCall(id="trapezoid", target="try_trapezoid", args=WAVE),
        ProbeCall(id="simpson", target="try_simpson", args=WAVE),
        ProbeCall(
            id="order",
            target="try_order",
            args=("$amplitudes", "$frequencies", "$intervals", "$exact", "$power", "$pieces"),
        ),
        ProbeCall(id="accumulate", target="accumulate", args=("$samples", "$heights")),
    ),
    checks=(
        Close(
            id="left",
            title="Rectangles, left ends",
            points=1,
            probe="left",
            concept="numerical-integration",
            reveal=True,
            reference=on_waves(LEFT),
            hint="n rectangles of the width (b − a) / n. The first stands at a, the last does not begin at b.",
        ),
        Close(
            id="midpoint",
            title="Rectangles, middles",
            points=1,
            probe="midpoint",
            concept="numerical-integration",
            reveal=True,
            reference=on_waves(MIDPOINT),
            hint="The first middle lies half a width to the right of a. How many are there?",
        ),
        Close(
            id="trapezoid",
            title="Trapezia",
            points=2,
            probe="trapezoid",
            concept="numerical-integration",
            reveal=True,
            reference=on_waves(TRAPEZOID),
            hint="n pieces have n + 1 points. Which of them belong to one trapezium only?",
        ),
        Close(
            id="simpson",
            title="Simpson's rule",
            points=2,
            probe="simpson",
            concept="numerical-integration",
            reveal=True,
            reference=on_waves(SIMPSON),
            hint="Print your weights for n = 6: there are seven, and they are the same read backwards. Is h a third?",
        ),
        Close(
            id="order",
            title="Order of convergence, measured",
            points=2,
            probe="order",
            concept="numerical-integration",
            reveal=True,
            reference=lambda drawn: np.full(INTERVALS, drawn["power"]),
            hint="The quotient of the two errors is two to the power of what is asked for. Which error stands on top?",
        ),
        Close(
            id="accumulate",
            title="The area so far",
            points=2,
            probe="accumulate",
            concept="integral",
            reveal=True,
            plot=curves.lines("point", "area"),
            reference=area_so_far,
            hint="As many entries as points, 0 first. Each trapezium has a width of its own.",
        ),
    ),
)
