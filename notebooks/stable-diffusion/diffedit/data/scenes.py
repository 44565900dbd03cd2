"""Small pictures to learn from, and the sentences that say what they show. Needs NumPy alone.

A scene has one or two things on a light background: a circle, a square or a triangle, in red, green or blue, one in the
left half and one in the right half at most. Where exactly it lies in its half, how large it is and what the background
looks like is a matter of chance, and no sentence says anything about it.
"""

from __future__ import annotations

import numpy as np

SIZE = 32  # pixels, in height and in width
COLOURS = {"red": (0.86, 0.16, 0.14), "green": (0.16, 0.66, 0.24), "blue": (0.15, 0.28, 0.86)}
SHAPES = ("circle", "square", "triangle")
# What a half may show. Entry 0 is nothing; the others are "red circle", "red square" and so on.
THINGS = ("nothing", *(f"{colour} {shape}" for colour in COLOURS for shape in SHAPES))
NOTHING = 0


def paint(rng: np.random.Generator, things: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of what `things` (n, 2) names: indices into THINGS for the left and for the right half.

    Returns pictures (n, 3, 32, 32) between 0 and 1, and how much of each pixel the left and the right thing cover:
    (n, 2, 32, 32), between 0 and 1. Both float32.
    """
    n = len(things)
    rows, columns = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    x = columns - (np.array([8.0, 24.0]) + rng.uniform(-1.5, 1.5, (n, 2)))[..., None, None]
    y = rows - (16.0 + rng.uniform(-5, 5, (n, 2)))[..., None, None]
    size = rng.uniform(5.0, 6.0, (n, 2))[..., None, None]
    shape = ((things - 1) % 3)[..., None, None]
    # Distances to the border, negative inside. A triangle is below two slanting lines and above a level one.
    circle = np.hypot(x, y) - 1.05 * size
    square = np.maximum(abs(x), abs(y)) - 0.92 * size
    triangle = np.maximum(0.894 * abs(x) - 0.447 * y - 0.5 * size, y - size)
    distance = np.where(shape == 0, circle, np.where(shape == 1, square, triangle))
    cover = np.clip(0.5 - distance, 0, 1) * (things != NOTHING)[..., None, None]
    light = rng.uniform(0.78, 0.98, (n, 1, 1, 1))
    slope = rng.uniform(-0.12, 0.12, (n, 1, 1, 1)) * (rows / SIZE - 0.5)
    pictures = light + slope
    paints = np.array(list(COLOURS.values()))[(things - 1) // 3] + rng.uniform(-0.05, 0.05, (n, 2, 3))
    for side in (0, 1):
        share = cover[:, side, None]
        pictures = (1 - share) * pictures + share * paints[:, side, :, None, None]
    return np.clip(pictures, 0, 1).astype(np.float32), cover.astype(np.float32)


def random_things(rng: np.random.Generator, n: int) -> np.ndarray:
    """What n scenes show, (n, 2): two things in two scenes of three, else one on the left or on the right."""
    things = rng.integers(1, len(THINGS), (n, 2))
    alone = rng.random(n) < 1 / 3
    things[alone, rng.integers(0, 2, alone.sum())] = NOTHING
    return things


def sentence(left: int, right: int) -> str:
    """The prompt for a scene: "red circle left of blue square", or "red circle on the right" where it is alone."""
    if left and right:
        return f"{THINGS[left]} left of {THINGS[right]}"
    return f"{THINGS[left]} on the left" if left else f"{THINGS[right]} on the right"
