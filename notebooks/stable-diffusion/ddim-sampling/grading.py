"""Sampling with DDIM: the learner's scheduler, step and walks against ours, on fresh noise and levels."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from apps.grading import ArtefactError, Close, Finding, GradingSpec, Inputs, Predicate, ProbeCall, values

HERE = Path(__file__).parent
STARTS = 40
SHAPE = (STARTS, 1, 8, 8)
ALPHA_BARS = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
# A walk carries rounding on. In single precision pictures end within 1e-6 of ours as a rule; of 16,000 in 200 draws
# none was off by more than 1.3e-4 (reference/figures.json). One that passes close to the border between two digits
# could be, so it is enough that nine in ten are right. Every mistake moves all pictures: the smallest, time steps
# spaced in another way, by at least four times CLOSE.
CLOSE, ENOUGH = 2e-3, 0.9


def inputs(rng: np.random.Generator) -> Inputs:
    """Noise to start from, a number of steps, an uneven list of time steps, and a single step between two levels."""
    gaps = rng.uniform(0.5, 1.5, int(rng.integers(6, 10)))
    timesteps = np.round(999 - np.cumsum(gaps)[:-1] / gaps.sum() * 960).astype(int)
    now = float(rng.uniform(0.1, 0.5))
    return Inputs(
        tensors={
            "start": rng.normal(size=SHAPE).astype(np.float32),
            "x": rng.normal(size=(5, 1, 8, 8)).astype(np.float32),
            "noise": rng.normal(size=(5, 1, 8, 8)).astype(np.float32),
            "fresh": rng.normal(size=(5, 1, 8, 8)).astype(np.float32),
        },
        values={
            "steps": int(rng.choice([8, 10, 20])),
            "few": int(rng.choice([4, 5, 25, 40])),
            "timesteps": [999, *timesteps.tolist()],
            "now": now,
            "after": float(rng.uniform(now + 0.2, 0.9)),
            "eta": float(rng.uniform(0.4, 0.9)),
        },
    )


@cache
def clouds() -> tuple[np.ndarray, ...]:
    """Log shares (10,), means (10, 64), variances (10, 64) and axes (10, 64, 64) of the digits, as in the notebook."""
    images = np.load(HERE / "data" / "images.npy").reshape(-1, 64).astype(float)
    labels = np.load(HERE / "data" / "labels.npy")
    images = (images - images.mean()) / images.std()
    groups = [images[labels == digit] for digit in range(10)]
    variances, axes = np.linalg.eigh(np.stack([np.cov(group.T, bias=True) for group in groups]))
    means = np.stack([group.mean(axis=0) for group in groups])
    return np.log([len(group) for group in groups]), means, np.maximum(variances, 1e-4), axes


def model(x: np.ndarray, t: int) -> np.ndarray:
    """The exact noise prediction for the clouds of digits: x and result (n, 64)."""
    log_share, means, variances, axes = clouds()
    kept = ALPHA_BARS[t]
    away = np.sqrt(kept) * means - x[:, None]
    along = np.einsum("nkp,kpa->nka", away, axes, optimize=True)
    variance = kept * variances + 1 - kept
    log = log_share - (along**2 / variance + np.log(variance)).sum(axis=2) / 2
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    return -np.sqrt(1 - kept) * np.einsum("nk,nka,kpa->np", weight, along / variance, axes, optimize=True)


def clean(x: np.ndarray, noise: np.ndarray, now: float) -> np.ndarray:
    """Song et al. 2021, equation 9."""
    return (x - np.sqrt(1 - now) * noise) / np.sqrt(now)


def step(x: np.ndarray, noise: np.ndarray, now: float, after: float, eta: float, fresh: np.ndarray) -> np.ndarray:
    """Song et al. 2021, equations 12 and 16."""
    sigma = eta * np.sqrt((1 - after) / (1 - now)) * np.sqrt(1 - now / after)
    return np.sqrt(after) * clean(x, noise, now) + np.sqrt(1 - after - sigma**2) * noise + sigma * fresh


def walk(start: np.ndarray, timesteps: list[int]) -> np.ndarray:
    """Where the deterministic walk along the time steps, and then to the clean picture, ends."""
    x = start.reshape(STARTS, 64).astype(float)
    levels = [*ALPHA_BARS[timesteps], 1.0]
    for t, now, after in zip(timesteps, levels, levels[1:], strict=False):
        x = step(x, model(x, t), now, after, 0.0, np.zeros_like(x))
    return x.reshape(SHAPE)


def trailing(steps: int) -> list[int]:
    """Time steps counted backwards from the last one, for a number of steps that divides 1000."""
    return list(range(999, -1, -(1000 // steps)))


def fits(value: Any, drawn: Inputs) -> Finding:
    """The scheduler's time steps, noise levels and clipping."""
    steps = values.array(values.item(value, "timesteps"), shape=(None,), what="`scheduler.timesteps`")
    levels = values.array(values.item(value, "alpha_bars"), shape=(None,), what="`scheduler.alphas_cumprod`")
    clips = values.item(value, "clips")
    if not isinstance(clips, bool):
        raise ArtefactError("`clips` should be True or False: `describe` has to stay as it is.")
    right = {
        "noise schedule": levels.shape == (1000,) and bool(np.allclose(levels, ALPHA_BARS, rtol=1e-3, atol=0)),
        "time steps": steps.tolist() == trailing(drawn["few"]),
        "no clipping": not clips,
    }
    wrong = [name for name, fine in right.items() if not fine]
    if wrong:
        return Finding(1 - len(wrong) / len(right), f"Not as asked: {', '.join(wrong)}.", right)
    return Finding.right("The scheduler fits the model.", right)


def arrives(value: Any, drawn: Inputs, timesteps: list[int]) -> Finding:
    """Nine in ten of the pictures are ours."""
    found = values.array(value, shape=SHAPE)
    off = np.abs(found - walk(drawn["start"], timesteps)).reshape(STARTS, -1).max(axis=1)
    share = float(np.mean(off <= CLOSE))
    compared = {"right_share": round(share, 3), "needed": ENOUGH}
    if share >= ENOUGH:
        return Finding.right("The pictures are those that the noise leads to.", compared)
    return Finding.wrong(f"{round(share * STARTS)} of {STARTS} pictures are those that the noise leads to.", compared)


# Tolerances of the single steps: formulas in single precision, with factors of at most 1 / sqrt(0.1), are off by less
# than 1e-6; the smallest mistake, a sigma that is left out, by more than 0.01 of the values.
SPEC = GradingSpec(
    inputs=inputs,
    probes=(
        ProbeCall(id="scheduler", target="describe", args=("$few",)),
        ProbeCall(id="sample", target="sample", args=("$start", "$steps")),
        ProbeCall(id="clean", target="predict_clean", args=("$x", "$noise", "$now")),
        ProbeCall(id="step", target="ddim_step", args=("$x", "$noise", "$now", "$after")),
        ProbeCall(id="fresh", target="ddim_step", args=("$x", "$noise", "$now", "$after", "$eta", "$fresh")),
        ProbeCall(id="along", target="sample_along", args=("$start", "$timesteps")),
    ),
    checks=(
        Predicate(
            id="scheduler",
            title="A scheduler that fits the model",
            points=3,
            probe="scheduler",
            concept="scheduler",
            test=fits,
            hint="Print `make_scheduler(5).config` and compare it with the list in the task, line by line.",
        ),
        Predicate(
            id="sample",
            title="Sampling with diffusers",
            points=2,
            probe="sample",
            concept="diffusion-model",
            test=lambda value, drawn: arrives(value, drawn, trailing(drawn["steps"])),
            hint="If the scheduler failed too, mend it first. Which of the two parts of a step's result is the next "
            "picture, and does the model see the current one each time?",
        ),
        Close(
            id="clean",
            title="The estimate of the clean picture",
            points=1,
            probe="clean",
            concept="noise-schedule",
            reference=lambda drawn: clean(drawn["x"], drawn["noise"], drawn["now"]),
            rtol=1e-4,
            atol=1e-4,
            hint="Take the noise away first, with the factor that it has in x. Then divide by the picture's factor.",
        ),
        Close(
            id="step",
            title="The step without fresh noise",
            points=2,
            probe="step",
            concept="ddim",
            reference=lambda drawn: step(drawn["x"], drawn["noise"], drawn["now"], drawn["after"], 0, drawn["fresh"]),
            rtol=1e-4,
            atol=1e-4,
            hint="If the estimate of the clean picture failed too, mend it first. Whose level stands in each root?",
        ),
        Close(
            id="fresh-noise",
            title="The step with fresh noise",
            points=2,
            probe="fresh",
            concept="ddim",
            reference=lambda drawn: step(
                drawn["x"], drawn["noise"], drawn["now"], drawn["after"], drawn["eta"], drawn["fresh"]
            ),
            rtol=1e-4,
            atol=1e-4,
            hint="If the step without fresh noise failed too, mend it first. The more fresh noise there is, the less "
            "of the predicted noise is put back.",
        ),
        Predicate(
            id="along",
            title="Sampling along any time steps",
            points=2,
            probe="along",
            concept="ddim",
            test=lambda value, drawn: arrives(value, drawn, drawn["timesteps"]),
            hint="If the step failed too, mend it first. As many steps as there are time steps, each with a new "
            "prediction at the level where it starts; the last one ends at level 1.",
        ),
    ),
)
