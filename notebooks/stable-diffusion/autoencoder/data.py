"""Pictures of two discs or squares at random places, for training and, drawn anew, for grading."""

from pathlib import Path

import numpy as np

SIDE, PICTURES, SEED = 16, 2000, 20240109


def shapes(rng: np.random.Generator, count: int) -> np.ndarray:
    """Grey levels (count, 16, 16) from 0 (background) to 255, uint8; borders are one pixel soft."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    outside = np.full((count, SIDE, SIDE), 9.0)
    for _ in range(2):
        centre = rng.uniform(2.5, SIDE - 3.5, (2, count, 1, 1))
        radius = rng.uniform(1.8, 3.2, (count, 1, 1))
        round_one = rng.integers(0, 2, (count, 1, 1)) == 0
        across, down = np.abs(x - centre[0]), np.abs(y - centre[1])
        shape = np.where(round_one, np.sqrt(across**2 + down**2) - radius, np.maximum(across, down) - 0.85 * radius)
        outside = np.minimum(outside, shape)
    return np.round(127.5 * (1 + np.clip(-2 * outside, -1, 1))).astype(np.uint8)


def write(folder: Path) -> None:
    """Write shapes.npy."""
    np.save(folder / "shapes.npy", shapes(np.random.default_rng(SEED), PICTURES))
