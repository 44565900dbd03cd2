"""Noise schedules: each function against our own, on fresh schedules, pictures and noises."""

import numpy as np

from apps.grading import Close, GradingSpec, Inputs, ProbeCall, curves

PICTURES = 5


def inputs(rng: np.random.Generator) -> Inputs:
    """Schedules of other lengths than the notebook's, a batch of oblong pictures, and the noises of a short walk.

    The steps of the batch differ and lie far apart, so that one step for all pictures, or a neighbouring one, shows.
    """
    steps = int(rng.integers(80, 160))
    betas = np.sort(rng.uniform(0.005, 0.05, steps))
    alpha_bar = np.cumprod(1 - betas)
    t = rng.permutation((np.arange(PICTURES) * (steps // PICTURES) + rng.integers(2, 10, PICTURES)).astype(np.int64))
    # The ratio is asked for early in the schedule or late, far from 1: its root is then reached at another step.
    place = int(rng.choice([rng.integers(8, 18), rng.integers(steps - 16, steps - 4)]))
    ratio = alpha_bar / (1 - alpha_bar)
    shape = (PICTURES, 9, 13)
    return Inputs(
        given={
            "betas": betas,
            "alpha_bar": alpha_bar,
            "x0": rng.uniform(-1, 1, shape),
            "t": t,
            "noise": rng.normal(size=shape),
            "xt": rng.normal(size=shape),
            "start": rng.uniform(-1, 1, (6, 7)),
            "short": rng.uniform(0.02, 0.3, 12),
            "noises": rng.normal(size=(12, 6, 7)),
        },
        values={
            "steps": int(rng.integers(40, 400)),
            "first": float(rng.uniform(0.0002, 0.002)),
            "last": float(rng.uniform(0.03, 0.3)),
            "level": float(np.sqrt(ratio[place] * ratio[place - 1])),
            "s": float(rng.uniform(0.02, 0.2)),
        },
    )


def linear_betas(drawn: Inputs) -> np.ndarray:
    """Equally spaced, both ends included (Ho et al. 2020, section 4)."""
    return np.linspace(drawn["first"], drawn["last"], drawn["steps"])


def walk(drawn: Inputs) -> np.ndarray:
    """The picture after all steps of Ho et al. 2020, equation 2."""
    x = drawn["start"]
    for beta, noise in zip(drawn["short"], drawn["noises"], strict=True):
        x = np.sqrt(1 - beta) * x + np.sqrt(beta) * noise
    return x


def kept(drawn: Inputs) -> np.ndarray:
    """Alpha-bar of each picture of the batch, shape (PICTURES, 1, 1)."""
    return drawn["alpha_bar"][drawn["t"]][:, None, None]


def add_noise(drawn: Inputs) -> np.ndarray:
    """Ho et al. 2020, equation 4."""
    return np.sqrt(kept(drawn)) * drawn["x0"] + np.sqrt(1 - kept(drawn)) * drawn["noise"]


def remove_noise(drawn: Inputs) -> np.ndarray:
    """Ho et al. 2020, equation 15."""
    return (drawn["xt"] - np.sqrt(1 - kept(drawn)) * drawn["noise"]) / np.sqrt(kept(drawn))


def signal_to_noise(drawn: Inputs) -> np.ndarray:
    """Kingma et al. 2021, "Variational Diffusion Models"."""
    return drawn["alpha_bar"] / (1 - drawn["alpha_bar"])


def first_below(drawn: Inputs) -> int:
    """Index of the first step below the level."""
    return int(np.flatnonzero(signal_to_noise(drawn) < drawn["level"])[0])


def cosine_betas(drawn: Inputs) -> np.ndarray:
    """Nichol & Dhariwal 2021, equation 17 and the cap below it."""
    steps, s = drawn["steps"], drawn["s"]
    f = np.cos((np.arange(steps + 1) / steps + s) / (1 + s) * np.pi / 2) ** 2
    return np.minimum(1 - f[1:] / f[:-1], 0.999)


# Tolerances. In double precision right answers differ by rounding, below 1e-12; a notebook that works in single
# precision is off by up to 1e-5 of the value, and by 1e-6 in the small betas of the cosine, which are differences of
# numbers near 1. RTOL and ATOL leave room for both. The smallest mistake, a neighbouring step or an end that is left
# out, is larger than 1e-3 of a value somewhere.
RTOL, ATOL = 1e-4, 5e-6

SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="linear", target="linear_betas", args=("$steps", "$first", "$last")),
        ProbeCall(id="walk", target="walk", args=("$start", "$short", "$noises")),
        ProbeCall(id="alpha-bars", target="alpha_bars", args=("$betas",)),
        ProbeCall(id="add-noise", target="add_noise", args=("$x0", "$t", "$noise", "$alpha_bar")),
        ProbeCall(id="snr", target="signal_to_noise", args=("$alpha_bar",)),
        ProbeCall(id="first-below", target="first_below", args=("$alpha_bar", "$level")),
        ProbeCall(id="cosine", target="cosine_betas", args=("$steps", "$s")),
        ProbeCall(id="remove-noise", target="remove_noise", args=("$xt", "$t", "$noise", "$alpha_bar")),
    ),
    checks=(
        Close(
            id="linear",
            title="The linear schedule",
            points=1,
            probe="linear",
            concept="noise-schedule",
            reveal=True,
            plot=curves.lines("step", "beta"),
            reference=linear_betas,
            rtol=RTOL,
            atol=ATOL,
            hint="Both ends belong to it, and all betas are equally far apart. Are all three arguments used?",
        ),
        Close(
            id="walk",
            title="One step after another",
            points=2,
            probe="walk",
            concept="diffusion-model",
            reveal=True,
            reference=walk,
            rtol=RTOL,
            atol=ATOL,
            hint="Each step starts from the picture that the step before has left, shrinks it, and adds its own noise.",
        ),
        Close(
            id="alpha-bar",
            title="What is kept up to each step",
            points=1,
            probe="alpha-bars",
            concept="noise-schedule",
            reveal=True,
            plot=curves.lines("step", "alpha-bar"),
            reference=lambda drawn: drawn["alpha_bar"],
            rtol=RTOL,
            atol=ATOL,
            hint="The second entry is a product of two factors, the third of three. Shares are multiplied, not added.",
        ),
        Close(
            id="add-noise",
            title="The jump to any step",
            points=3,
            probe="add-noise",
            concept="diffusion-model",
            reveal=True,
            reference=add_noise,
            rtol=RTOL,
            atol=ATOL,
            hint="Compare with the formula, symbol by symbol: what stands under a root? And does every picture of the "
            "batch use its own step?",
        ),
        Close(
            id="snr",
            title="The signal-to-noise ratio",
            points=1,
            probe="snr",
            concept="noise-schedule",
            reveal=True,
            plot=curves.lines("step", "ratio"),
            reference=signal_to_noise,
            rtol=RTOL,
            atol=ATOL,
            hint="It compares variances. Which of the factors in the jump are variances, and which are deviations?",
        ),
        Close(
            id="first-below",
            title="The first step below a ratio",
            points=1,
            probe="first-below",
            concept="noise-schedule",
            reveal=True,
            reference=first_below,
            rtol=0,
            atol=0,
            hint="If the ratio failed too, mend it first. The step before yours should not be below the level yet, and "
            "yours should. Indices count from 0.",
        ),
        Close(
            id="cosine",
            title="The cosine schedule",
            points=2,
            probe="cosine",
            concept="noise-schedule",
            reveal=True,
            plot=curves.lines("step", "beta"),
            reference=cosine_betas,
            rtol=RTOL,
            atol=ATOL,
            hint="There is one value of f more than there are betas. Check the brackets, the square, and the cap, and "
            "that betas come out, not what they are computed from.",
        ),
        Close(
            id="remove-noise",
            title="The way back",
            points=2,
            probe="remove-noise",
            concept="diffusion-model",
            reveal=True,
            reference=remove_noise,
            rtol=RTOL,
            atol=ATOL,
            hint="Solve the equation of the jump for x0 on paper: first take something away, then divide by something.",
        ),
    ),
)
