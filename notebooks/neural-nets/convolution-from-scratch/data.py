"""Draws the picture of this exercise: a house by a lake on a clear evening, all from formulas of our own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SEED = 20240109
HEIGHT, WIDTH = 120, 160
FINER = 3  # drawn this many times larger in each direction, then averaged: edges come out smooth


def picture() -> np.ndarray:
    """The picture, shape (3, HEIGHT, WIDTH): red, green and blue, uint8."""
    rng = np.random.default_rng(SEED)
    y, x = np.mgrid[0 : HEIGHT * FINER, 0 : WIDTH * FINER] / FINER
    canvas = np.stack([0.35 + 0.5 * y / 80, 0.55 + 0.25 * y / 80, 0.95 - 0.25 * y / 80])

    def paint(where: np.ndarray, *colour: float | np.ndarray) -> None:
        for channel, value in zip(canvas, colour, strict=True):
            channel[where] = value[where] if isinstance(value, np.ndarray) else value

    paint((x - 128) ** 2 + (y - 34) ** 2 < 13**2, 1.0, 0.85, 0.35)
    far = 58 - 14 * np.sin(x / 23 + 1) - 4 * np.sin(x / 7)
    paint(y > far, 0.42, 0.45, 0.62)
    near = 70 - 6 * np.sin(x / 31 - 0.6)
    paint(y > near, 0.24, 0.5, 0.27)
    lake = (y > 84) & (y > 110 - 0.26 * x)
    waves = 0.06 * np.sin(y * 1.1 + 1.5 * np.sin(x / 11))
    paint(lake, 0.3 + waves, 0.45 + waves, 0.72 + waves)
    paint(lake & (np.abs(x - 128) < 4 + 2 * np.sin(y * 1.3)), 0.95, 0.8, 0.5)
    paint((np.abs(x - 43) < 19) & (y > 58) & (y < 90), 0.86, 0.8, 0.7)
    paint((y > 40) & (y < 58) & (np.abs(x - 43) < 1.25 * (y - 40) + 1), 0.66, 0.24, 0.18)
    paint((np.abs(x - 54) < 2.5) & (y > 38) & (y < 53), 0.5, 0.3, 0.26)
    for centre in (33, 53):
        paint((np.abs(x - centre) < 5) & (np.abs(y - 69) < 5), 0.98, 0.92, 0.55)
        paint((np.abs(x - centre) < 0.6) & (np.abs(y - 69) < 5), 0.35, 0.25, 0.2)
        paint((np.abs(y - 69) < 0.6) & (np.abs(x - centre) < 5), 0.35, 0.25, 0.2)
    paint((np.abs(x - 43) < 3.5) & (y > 74) & (y < 90), 0.4, 0.26, 0.2)
    paint((np.abs(x - 84) < 1.8) & (y > 66) & (y < 92), 0.36, 0.24, 0.16)
    leaves = (x - 84) ** 2 / 130 + (y - 54) ** 2 / 260 + 0.14 * np.sin(x * 1.3) * np.sin(y * 1.1)
    paint(leaves < 1, 0.13 + 0.05 * np.sin(x * 0.9), 0.36 + 0.08 * np.sin(y * 0.8), 0.16 + 0.0 * x)
    fence = (y > 92) & (y < 104) & (x < 70)
    paint(fence & (x % 7 < 2), 0.95, 0.95, 0.92)
    paint(fence & (np.abs(y - 96) < 0.8), 0.95, 0.95, 0.92)
    canvas = canvas.reshape(3, HEIGHT, FINER, WIDTH, FINER).mean(axis=(2, 4))
    return np.round(255 * np.clip(canvas + rng.normal(0, 0.012, canvas.shape), 0, 1)).astype(np.uint8)


def write(folder: Path) -> None:
    """Write data/picture.npy."""
    np.save(folder / "picture.npy", picture())
