"""The hidden pictures of a run, and the best that can be said of them without a network."""

from functools import cache
from pathlib import Path

import numpy as np

from apps.grading import Inputs

from .data import SIDE, shapes

STEPS, PICTURES = 200, 400


def schedule() -> np.ndarray:
    """Alpha-bar of the notebook's cosine schedule (Nichol & Dhariwal 2021, equation 17), shape (STEPS,)."""
    f = np.cos((np.arange(STEPS + 1) / STEPS + 0.008) / 1.008 * np.pi / 2) ** 2
    return np.cumprod(1 - np.minimum(1 - f[1:] / f[:-1], 0.999))


ALPHA_BARS = schedule()


def noisy(x0: np.ndarray, t: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Ho et al. 2020, equation 4, for a batch (n, 1, height, width)."""
    kept = ALPHA_BARS[t][:, None, None, None]
    return np.sqrt(kept) * x0 + np.sqrt(1 - kept) * noise


def cleaned(xt: np.ndarray, t: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The pictures (n, 1, height, width) that `noise` makes of what was seen: the same equation, for x_0."""
    kept = ALPHA_BARS[t][:, None, None, None]
    return (xt - np.sqrt(1 - kept) * noise) / np.sqrt(kept)


def draw(rng: np.random.Generator) -> Inputs:
    """400 new pictures with noise, at time steps spread evenly over the schedule; a small batch for the functions."""
    x0 = shapes(rng, PICTURES)[:, None] / 127.5 - 1
    noise = rng.normal(size=x0.shape)
    t = rng.permutation(np.arange(PICTURES) * STEPS // PICTURES)
    few = rng.permutation([5, 20, 40, 60, 80, 190]) + rng.integers(-4, 5, 6)
    clean, added = rng.uniform(-1, 1, (6, 1, 10, 14)), rng.normal(size=(6, 1, 10, 14))
    return Inputs(
        tensors={
            "xt": noisy(x0, t, noise).astype(np.float32),
            "t": t,
            "clean": clean.astype(np.float32),
            "few": few.astype(np.int64),
            "added": added.astype(np.float32),
            "early": np.full(20, rng.integers(10, 30)),
            "late": np.full(20, rng.integers(150, 180)),
            "seen": rng.normal(size=(20, 1, SIDE, SIDE)).astype(np.float32),
        },
        values={"size": int(rng.choice([8, 12, 20, 24]))},
        hidden={"noise": noise},
    )


@cache
def mean_square() -> float:
    """Of the learners' pictures, scaled to -1 to 1."""
    return float(np.mean((np.load(Path(__file__).parent / "data" / "shapes.npy") / 127.5 - 1) ** 2))


def share_of_what_is_seen(drawn: Inputs) -> np.ndarray:
    """The best prediction that knows nothing but the noise level: at each time step the same multiple of x_t."""
    kept = ALPHA_BARS[drawn["t"]][:, None, None, None]
    return np.sqrt(1 - kept) / (kept * mean_square() + 1 - kept) * drawn["xt"]
