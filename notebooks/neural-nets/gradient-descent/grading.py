"""Gradient descent: slopes, paths, stops and choices on landscapes drawn anew, against our own."""

from collections.abc import Callable

import numpy as np

from apps.grading import Close, GradingSpec, Inputs, ProbeCall, curves

# Wide on purpose: centered differences over just this width are neither the derivative nor one-sided ones.
WIDTH = 0.4
STEPS, MAX_STEPS, TRIAL_STEPS = 12, 7, 40
TOLERANCE, ALPHA = 0.01, 0.7
# In units of the largest rate that works near the bottom: crawling, slow, right, too large, and far too large.
RATES = (0.01, 0.12, 0.6, 1.7, 40.0)
Height = Callable[[np.ndarray], float]


def bowl(rng: np.random.Generator, size: int) -> np.ndarray:
    """A symmetric matrix, shape (size, size), with eigenvalues from 1 to 8, turned in all directions."""
    basis = np.linalg.qr(rng.normal(size=(size, size)))[0]
    curvatures = np.concatenate([[1.0, 8.0], rng.uniform(1, 8, size - 2)])
    found = basis @ np.diag(curvatures) @ basis.T
    return (found + found.T) / 2


def inputs(rng: np.random.Generator) -> Inputs:
    """A landscape of four variables for the slopes, one of three for the walks.

    Drawn again until every slope at the start is well below zero, so that who forgets the sign stops there; and where
    the number of steps would hang on rounding: a tolerance 2 % higher or lower changes nothing.
    """
    while True:
        away = rng.uniform(1, 2, 3) * rng.choice([-1, 1], 3)
        centre = rng.normal(0, 2, 3)
        given = {
            "A4": bowl(rng, 4),
            "centre4": rng.normal(0, 2, 4),
            "A": bowl(rng, 3),
            "centre": centre,
            "start": centre + away,
        }
        given["w"] = given["centre4"] + rng.uniform(0.5, 2, 4) * rng.choice([-1, 1], 4)
        walls = round(float(rng.uniform(0.3, 0.5)), 3)
        limit = 2 / (8 + walls)
        values = {
            "walls": walls,
            "rate": round(float(rng.uniform(0.45, 0.55)) * limit, 4),
            "slow": round(float(rng.uniform(0.25, 0.35)) * limit, 4),
            "rates": [round(factor * limit, 4) for factor in rng.permutation(RATES)],
        }
        drawn = Inputs(given=given, values=values)
        if slopes(drawn, drawn["start"]).max() > -0.5:
            continue
        counts = {minimise(drawn, TOLERANCE * factor, 1000)[1] for factor in (0.98, 1, 1.02)}
        if len(counts) == 1 and counts.pop() > MAX_STEPS:
            return drawn


def height(drawn: Inputs, suffix: str = "") -> Height:
    """The landscape as the notebook makes it."""
    A, centre, walls = drawn["A" + suffix], drawn["centre" + suffix], drawn["walls"]

    def f(w: np.ndarray) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            return float(0.5 * (w - centre) @ A @ (w - centre) + walls * np.sum(np.cosh(w - centre) - 1))

    return f


def slopes(drawn: Inputs, w: np.ndarray) -> np.ndarray:
    """The derivative of the landscape of three variables, by its formula."""
    return drawn["A"] @ (w - drawn["centre"]) + drawn["walls"] * np.sinh(w - drawn["centre"])


def differences(drawn: Inputs) -> np.ndarray:
    """Centered differences over WIDTH to both sides, on the landscape of four variables."""
    f, w = height(drawn, "4"), drawn["w"]
    return np.array([(f(w + side) - f(w - side)) / (2 * WIDTH) for side in WIDTH * np.eye(len(w))])


def walk(drawn: Inputs, rate: float, alpha: float, steps: int) -> np.ndarray:
    """The path, shape (steps + 1, 3), with momentum (Goodfellow et al. 2016, equations 8.15 and 8.16)."""
    path, velocity = [drawn["start"]], np.zeros(3)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            velocity = alpha * velocity - rate * slopes(drawn, path[-1])
            path.append(path[-1] + velocity)
    return np.array(path)


def minimise(drawn: Inputs, tolerance: float, max_steps: int) -> tuple[np.ndarray, int]:
    """Where the gradient is at most `tolerance` long, or the steps run out; and how many there were."""
    w = drawn["start"]
    for steps in range(max_steps):
        if np.linalg.norm(slopes(drawn, w)) <= tolerance:
            return w, steps
        w = w - drawn["rate"] * slopes(drawn, w)
    return w, max_steps


def best_rate(drawn: Inputs) -> float:
    """The rate that ends lowest; NaN is never lowest."""
    f = height(drawn)
    ends = [f(walk(drawn, rate, 0, TRIAL_STEPS)[-1]) for rate in drawn["rates"]]
    return float(drawn["rates"][int(np.nanargmin(ends))])


LANDSCAPE = ("$A", "$centre", "$walls")
# Tolerances. Slopes over a width of 0.4 agree to rounding, about 1e-14: 1e-6 is plenty. Walks are compared with those
# by the formula of the derivative. Centered differences over 1e-5 are off by 1e-10, one-sided ones over the same by
# 4e-5, differences over 1e-8 by 1e-7, and a walk in a bowl forgets its errors: 2e-4 lets all of these pass, which
# are not asked about here, and is far below any step. The number of steps is the same for every tolerance within 2 %,
# which is 2e-4 of the gradient's length, so that no such error changes it.
# Of the rates the best one ends lower than the next by a factor of over 100,000 in each of 1000 draws, and the two that
# are too large end at NaN.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="gradient", target="ask_gradient", args=("$A4", "$centre4", "$walls", "$w", WIDTH)),
        ProbeCall(id="descend", target="ask_descend", args=(*LANDSCAPE, "$start", "$slow", STEPS)),
        ProbeCall(id="stop", target="ask_minimise", args=(*LANDSCAPE, "$start", "$rate", TOLERANCE, 1000)),
        ProbeCall(id="give-up", target="ask_minimise", args=(*LANDSCAPE, "$start", "$rate", TOLERANCE, MAX_STEPS)),
        ProbeCall(id="best-rate", target="ask_best_rate", args=(*LANDSCAPE, "$start", "$rates", TRIAL_STEPS)),
        ProbeCall(id="momentum", target="ask_momentum", args=(*LANDSCAPE, "$start", "$slow", ALPHA, STEPS)),
    ),
    checks=(
        Close(
            id="gradient",
            title="The gradient by centered differences",
            points=2,
            probe="gradient",
            reference=differences,
            reveal=True,
            concept="finite-differences",
            hint="Change one coordinate at a time, by just `tiny`, to both sides, and divide by the whole distance.",
        ),
        Close(
            id="descend",
            title="The path downhill",
            points=2,
            probe="descend",
            reference=lambda drawn: walk(drawn, drawn["slow"], 0, STEPS),
            reveal=True,
            plot=curves.path("w₁", "w₂"),
            concept="gradient-descent",
            rtol=0,
            atol=2e-4,
            hint="If the gradient failed too, mend it first. The start belongs to the path. If all places of yours are "
            "the same, you have kept one array many times.",
        ),
        Close(
            id="stop",
            title="Stopping where the ground is level",
            points=1,
            probe="stop",
            reference=lambda drawn: minimise(drawn, TOLERANCE, 1000),
            returns=("w", "steps"),
            reveal=True,
            concept="gradient-descent",
            rtol=0,
            atol=2e-4,
            hint="Measure, ask, and only then step: how many steps have been taken when you stop? And is it the length "
            "of the whole gradient that you compare?",
        ),
        Close(
            id="give-up",
            title="Giving up after so many steps",
            points=1,
            probe="give-up",
            reference=lambda drawn: minimise(drawn, TOLERANCE, MAX_STEPS),
            returns=("w", "steps"),
            reveal=True,
            concept="gradient-descent",
            rtol=0,
            atol=2e-4,
            hint="Does `max_steps` reach your loop? The place to return is the one after the last step.",
        ),
        Close(
            id="best-rate",
            title="A learning rate that fits",
            points=2,
            probe="best-rate",
            reference=best_rate,
            reveal=True,
            concept="learning-rate",
            hint="If the path failed too, mend it first. Compare the heights at the ends of the walks. What does your "
            "comparison do when a height is NaN, wherever in the list that is?",
        ),
        Close(
            id="momentum",
            title="The path with momentum",
            points=2,
            probe="momentum",
            reference=lambda drawn: walk(drawn, drawn["slow"], ALPHA, STEPS),
            reveal=True,
            plot=curves.path("w₁", "w₂"),
            concept="gradient-descent",
            rtol=0,
            atol=2e-4,
            hint="If the gradient failed too, mend it first. The velocity begins at 0 and lives on from step to step. "
            "The gradient is taken where the ball is, before it moves.",
        ),
    ),
)
