"""Pictures of discs, squares and crosses at random places, for training and, drawn anew, for grading."""

from pathlib import Path

import numpy as np

SIDE, PICTURES, SEED = 12, 1500, 20240109


def shapes(rng: np.random.Generator, count: int) -> np.ndarray:
    """Grey levels (count, 12, 12) from 0 (background) to 255, uint8; one shape each, its border one pixel soft."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    centre = rng.uniform(3.5, SIDE - 4.5, (2, count, 1, 1))
    radius = rng.uniform(2, 3.5, (count, 1, 1))
    kind = rng.integers(0, 3, (count, 1, 1))
    across, down = np.abs(x - centre[0]), np.abs(y - centre[1])
    disc = np.sqrt(across**2 + down**2) - radius
    square = np.maximum(across, down) - 0.85 * radius
    cross = np.maximum(np.minimum(across, down) - 0.3 * radius, np.maximum(across, down) - radius)
    outside = np.where(kind == 0, disc, np.where(kind == 1, square, cross))
    return np.round(127.5 * (1 + np.clip(-2 * outside, -1, 1))).astype(np.uint8)


def write(folder: Path) -> None:
    """Write shapes.npy."""
    np.save(folder / "shapes.npy", shapes(np.random.default_rng(SEED), PICTURES))
