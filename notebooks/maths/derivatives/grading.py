"""Derivatives: each function against our own, on fresh random waves, points and steps."""

from typing import Any

import numpy as np

from apps.grading import Close, Finding, GradingSpec, Inputs, Predicate, ProbeCall, values

POINTS = 12


def inputs(rng: np.random.Generator) -> Inputs:
    """A wave of three sines, points on it, and a step large enough for every method to differ from the true slope."""
    amplitudes = rng.uniform(0.5, 2, 3) * rng.choice([-1, 1], 3)
    frequencies = np.array([0.5, 1.5, 2.5]) + rng.uniform(0, 1, 3)
    steps = 10.0 ** (np.linspace(-4, -0.6, 9) + rng.uniform(-0.1, 0.1, 9))
    scale, exponent, point = rng.uniform(0.5, 3), rng.uniform(0.6, 3.5), float(rng.uniform(-2, 2))
    # Above what the made-up estimate is at small steps, so that some errors have a sign to lose.
    slope = float(np.sin(point * frequencies) @ amplitudes + rng.uniform(0.5, 2))
    return Inputs(
        given={
            "amplitudes": amplitudes,
            "frequencies": frequencies,
            "x": rng.uniform(-3, 3, POINTS),
            "points": rng.uniform(0.5, 3, POINTS) * rng.choice([-1, 1], POINTS),
            "steps": steps,
            "law_errors": scale * steps**exponent,
            "u": rng.normal(0, 2, POINTS),
            "du": rng.normal(0, 2, POINTS),
            "v": rng.uniform(0.5, 3, POINTS) * rng.choice([-1, 1], POINTS),
            "dv": rng.normal(0, 2, POINTS),
        },
        values={"h": float(rng.uniform(0.1, 0.4)), "slope": slope, "point": point},
        hidden={"exponent": exponent},
    )


def wave(drawn: Inputs, x: Any) -> np.ndarray:
    """The wave at x, of any shape."""
    return np.sin(np.multiply.outer(x, drawn["frequencies"])) @ drawn["amplitudes"]


def wave_slope(drawn: Inputs, x: Any) -> np.ndarray:
    """Its derivative: a · k · cos(k x), summed."""
    return np.cos(np.multiply.outer(x, drawn["frequencies"])) @ (drawn["amplitudes"] * drawn["frequencies"])


def forward(drawn: Inputs) -> np.ndarray:
    """(f(x + h) − f(x)) / h, shape (POINTS,)."""
    return (wave(drawn, drawn["x"] + drawn["h"]) - wave(drawn, drawn["x"])) / drawn["h"]


def central(drawn: Inputs) -> np.ndarray:
    """(f(x + h) − f(x − h)) / 2h, shape (POINTS,)."""
    return (wave(drawn, drawn["x"] + drawn["h"]) - wave(drawn, drawn["x"] - drawn["h"])) / (2 * drawn["h"])


def errors(drawn: Inputs) -> np.ndarray:
    """Of the made-up estimate f(x) · cos(40 h), which tells no one how a difference is taken."""
    return np.abs(wave(drawn, drawn["point"]) * np.cos(40 * drawn["steps"]) - drawn["slope"])


def product(drawn: Inputs) -> np.ndarray:
    """u′v + uv′."""
    return drawn["du"] * drawn["v"] + drawn["u"] * drawn["dv"]


def quotient(drawn: Inputs) -> np.ndarray:
    """(u′v − uv′) / v²."""
    return (drawn["du"] * drawn["v"] - drawn["u"] * drawn["dv"]) / drawn["v"] ** 2


# The tangents. Amplitudes up to 2 and frequencies up to 3.5 bound f by 6, its second derivative by 40 and its third by
# 120; the largest slope at twelve points was at least 0.87 in 1000 draws. A central difference with a step from 1e-8 to
# 1e-4 is off by less than 4e-7, and so is a forward difference with a step of 1e-8: far below 1e-5 of that slope.
# In 1000 draws every central difference with a step from 1e-10 to 1e-3 passed, every forward one with a step from 1e-10
# to 1e-6, and none with a step of 1e-2, or of 1e-12 and less.
TANGENT_TOLERANCE = 1e-5


def check_tangents(value: Any, drawn: Inputs) -> Finding:
    """Slopes and intercepts at all points; a line that has the right slope but misses its point says so."""
    lines = values.array(value, shape=(POINTS, 2), what="The list of your tangents (slope, intercept)")
    slope = wave_slope(drawn, drawn["points"])
    height = wave(drawn, drawn["points"])
    allowed = TANGENT_TOLERANCE * np.abs(slope).max()
    with np.errstate(over="ignore", invalid="ignore"):
        slope_off = np.abs(lines[:, 0] - slope)
        height_off = np.abs(lines[:, 0] * drawn["points"] + lines[:, 1] - height)
    right_slopes, through = int((slope_off <= allowed).sum()), int((height_off <= allowed).sum())
    compared = {"right_slopes": right_slopes, "lines_through_their_point": through, "tangents": POINTS}
    if right_slopes == through == POINTS:
        return Finding.right("All tangents have the right slope and touch the curve.", compared)
    text = f"{right_slopes} of {POINTS} slopes are right, and {through} of {POINTS} lines pass through their point."
    if right_slopes and right_slopes != POINTS:
        text += " Slopes that are right at some points only are not accurate enough."
    return Finding.wrong(text, compared)


# Tolerances. Steps of at least 0.1 leave rounding at about 1e-14 of the differences; the default 1e-6 is far below what
# tells forward, central and true slope apart (1e-3 and more). The power law is exact, so any way to measure its
# exponent agrees with any other up to rounding.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="forward", target="try_forward", args=("$amplitudes", "$frequencies", "$x", "$h")),
        ProbeCall(id="central", target="try_central", args=("$amplitudes", "$frequencies", "$x", "$h")),
        ProbeCall(id="errors", target="try_errors", args=("$amplitudes", "$frequencies", "$slope", "$point", "$steps")),
        ProbeCall(id="order", target="order", args=("$steps", "$law_errors")),
        ProbeCall(id="product", target="product_slope", args=("$u", "$du", "$v", "$dv")),
        ProbeCall(id="quotient", target="quotient_slope", args=("$u", "$du", "$v", "$dv")),
        ProbeCall(id="tangent", target="try_tangent", args=("$amplitudes", "$frequencies", "$points")),
    ),
    checks=(
        Close(
            id="forward",
            title="Forward difference",
            points=1,
            probe="forward",
            concept="finite-differences",
            reveal=True,
            reference=forward,
            hint="The change of f from x to x + h, divided by the change of x. Is h the one that is handed in?",
        ),
        Close(
            id="central",
            title="Central difference",
            points=2,
            probe="central",
            concept="finite-differences",
            reveal=True,
            reference=central,
            hint="How far apart are the two points at which f is evaluated?",
        ),
        Close(
            id="errors",
            title="Errors for a list of steps",
            points=1,
            probe="errors",
            concept="finite-differences",
            reveal=True,
            reference=errors,
            hint="Call the estimate that is handed in, once per step, and take absolute values.",
        ),
        Close(
            id="order",
            title="Order of convergence, measured",
            points=2,
            probe="order",
            concept="finite-differences",
            reveal=True,
            reference=lambda drawn: drawn["exponent"],
            hint="A power law is a straight line only if *both* axes are logarithmic. Which of its two figures is it?",
        ),
        Close(
            id="product",
            title="Product rule",
            points=1,
            probe="product",
            concept="derivative",
            reveal=True,
            reference=product,
            hint="Two strips: one for the growth of each side. How long is each strip?",
        ),
        Close(
            id="quotient",
            title="Quotient rule",
            points=1,
            probe="quotient",
            concept="derivative",
            reveal=True,
            reference=quotient,
            hint="Try u = 1, du = 0: the slope of 1/v must be negative where v is growing. Is the divisor squared?",
        ),
        Predicate(
            id="tangent",
            title="Tangent lines",
            points=2,
            probe="tangent",
            concept="derivative",
            test=check_tangents,
            hint="If slopes are off, look at the plot of the errors: is your step far from its lowest point, on either "
            "side? If a line misses its point, put x0 into its equation.",
        ),
    ),
)
