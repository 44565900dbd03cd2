"""What is drawn for a run: pictures to edit, new ones and known ones, and numbers for the stand-in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from apps.grading import Inputs

from . import standin
from .data import scenes

HERE = Path(__file__).parent
# Pictures painted anew, pictures whose edit by the reference is known, and how many there are of these to choose from.
PICTURES, KNOWN, POOL = 24, 36, 72
BACK, ROWS, NOISES = 8, 3, 4
MASK_NOISES = 10
SIDE = 8  # of the latents; each position stands for 4 × 4 pixels


@cache
def pool() -> dict[str, np.ndarray]:
    """What known pictures show and should show, the reference's edits and masks: kept back by reference/build.py."""
    names = ("things", "sides", "wanted", "pictures", "edited", "masks")
    return {name: np.load(HERE / "reference" / f"known-{name}.npy") for name in names}


def noise_of(chosen: np.ndarray) -> np.ndarray:
    """The noises that the masks of known pictures are made with, (MASK_NOISES, k, 4, 8, 8): by their number."""
    rows = [np.random.default_rng(int(number)).normal(size=(MASK_NOISES, 4, SIDE, SIDE)) for number in chosen]
    return np.stack(rows, axis=1).astype(np.float32)


def edits(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scenes of two things (n, 2), the side that is to change (n,), and the scenes that are wanted (n, 2).

    The wanted thing has both another colour and another shape than the one that it replaces.
    """
    things = rng.integers(1, len(scenes.THINGS), (n, 2))
    sides = rng.permutation(np.arange(n) % 2)
    old = things[np.arange(n), sides] - 1
    colour, shape = (old // 3 + rng.integers(1, 3, n)) % 3, (old % 3 + rng.integers(1, 3, n)) % 3
    wanted = things.copy()
    wanted[np.arange(n), sides] = 1 + 3 * colour + shape
    return things, sides, wanted


def regions(cover: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Where the thing that is to change lies among the latents' positions: (n, 8, 8), 1 where it covers any of them."""
    thing = cover[np.arange(len(cover)), sides]
    return thing.reshape(-1, SIDE, 4, SIDE, 4).mean(axis=(2, 4)) > 0.1


def clear_maps(rng: np.random.Generator, threshold: float) -> np.ndarray:
    """Maps (3, 8, 8) without values so near the threshold that rounding decides; one value is extreme."""
    while True:
        maps = rng.gamma(1.0, 1.0, (ROWS, SIDE, SIDE)) * rng.uniform(0.01, 3, (ROWS, 1, 1))
        maps[:, rng.integers(SIDE), rng.integers(SIDE)] *= 20
        if (np.abs(standin.rescaled(maps) - threshold) > 1e-3).all():
            return maps


def draw(rng: np.random.Generator) -> Inputs:
    """Pictures are painted anew for each run, and latents and words for the stand-in drawn.

    Among the painted pictures are known ones, which nothing tells from the others.
    """
    things, sides, wanted = edits(rng, PICTURES)
    painted, cover = scenes.paint(rng, things)
    painted = np.round(painted * 255) / np.float32(255)  # as the known ones are stored
    chosen = rng.choice(POOL, KNOWN, replace=False)
    known = {name: values[chosen] for name, values in pool().items()}
    order = rng.permutation(PICTURES + KNOWN)
    fresh = rng.normal(size=(MASK_NOISES, PICTURES, 4, SIDE, SIDE))

    def mixed(new: np.ndarray, old: np.ndarray) -> np.ndarray:
        return np.concatenate([new, old])[order]

    words, negative = rng.normal(size=(2, ROWS, standin.LENGTH, standin.WIDTH)) + rng.normal(0, 0.7, (2, ROWS, 1, 1))
    threshold = round(float(rng.uniform(0.3, 0.7)), 2)
    steps = int(rng.integers(8, 25))
    times = [0, *(1 + i * (1000 // steps) for i in range(round(0.6 * steps)))]
    mask = np.zeros((ROWS, SIDE, SIDE))
    for row in mask:
        top, left = rng.integers(0, 4, 2)
        row[top : top + 4, left : left + 4] = 1

    def floats(values: np.ndarray) -> np.ndarray:
        return np.asarray(values).astype(np.float32)

    return Inputs(
        tensors={
            "latents": floats(rng.normal(size=(ROWS, 4, SIDE, SIDE))),
            "words": floats(words),
            "negative": floats(negative),
            "noises": floats(rng.normal(size=(NOISES, ROWS, 4, SIDE, SIDE))),
            "maps": floats(clear_maps(rng, threshold)),
            "levels": floats(rng.normal(size=(len(times), ROWS, 4, SIDE, SIDE))),
            "mask": floats(mask),
            "pictures": mixed(painted, floats(known["pictures"] / 255)),
            "mask_noises": floats(np.concatenate([fresh, noise_of(chosen)], axis=1)[:, order]),
            "few": painted[:BACK],
        },
        values={
            "t": int(rng.integers(300, 700)),
            "threshold": threshold,
            "times": times,
            "scale": round(float(rng.uniform(2, 5)), 2),
            "before": [scenes.sentence(*pair) for pair in mixed(things, known["things"])],
            "after": [scenes.sentence(*pair) for pair in mixed(wanted, known["wanted"])],
        },
        hidden={
            "new": np.argsort(order)[:PICTURES],
            "known": np.argsort(order)[PICTURES:],
            "sides": sides,
            "wanted": wanted,
            "regions": regions(cover, sides),
            "known_sides": known["sides"],
            "known_edited": known["edited"] / 255,
            "known_masks": known["masks"] > 0,
        },
    )
