"""Photographs of dressed stone with a mason's mark somewhere on them, from a generator of our own: no such masons.

Six marks, each of three or four straight strokes. A mark may be anywhere as a whole, is turned and scaled a little, and
shares its stone with scratches, uneven light and grain. What tells the marks apart is how strokes meet, not where.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

SEED, ROWS, SIDE = 20240109, 1400, 24
LARGE_ROWS, LARGE_SIDE = 60, 48
NAMES = ("arrow", "fork", "cross", "zigzag", "hourglass", "gable")
# Strokes from (across, down) to (across, down); the marks reach about from -1 to 1. Unused strokes repeat another one.
STROKES = np.array(
    [
        [(0, -1, 0, 1), (0, -1, -0.7, -0.2), (0, -1, 0.7, -0.2), (0, -1, 0, 1)],
        [(0, 0, 0, 1), (0, 0, -0.7, -0.9), (0, 0, 0.7, -0.9), (0, 0, 0, 1)],
        [(0, -1, 0, 1), (-0.6, -0.4, 0.6, -0.4), (-0.6, 0.3, 0.6, 0.3), (0, -1, 0, 1)],
        [(-0.7, -0.8, 0.7, -0.8), (0.7, -0.8, -0.7, 0.8), (-0.7, 0.8, 0.7, 0.8), (-0.7, 0.8, 0.7, 0.8)],
        [(-0.6, -0.8, 0.6, -0.8), (0.6, -0.8, -0.6, 0.8), (-0.6, 0.8, 0.6, 0.8), (0.6, 0.8, -0.6, -0.8)],
        [(0, -0.9, -0.8, 0.7), (0, -0.9, 0.8, 0.7), (-0.8, 0.7, 0.8, 0.7), (0, -0.9, -0.8, 0.7)],
    ]
)
SCRATCHES, MARGIN = 2, 6


def draw(rng: np.random.Generator, rows: int, side: int = SIDE) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (rows, side, side) of 0 to 255, uint8, and their labels (rows,) of 0 to 5: places in NAMES, int64."""
    labels = rng.integers(0, len(NAMES), rows)
    marks = STROKES[labels].reshape(rows, 8, 2)
    angle, scale = rng.uniform(-0.3, 0.3, rows), rng.uniform(4.2, 5.4, rows)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]).transpose(2, 0, 1)
    centre = rng.uniform(MARGIN, side - 1 - MARGIN, (rows, 1, 2))
    marks = (scale[:, None, None] * (marks @ turn) + centre).reshape(rows, 4, 4)
    middle, way = rng.uniform(0, side - 1, (2, rows, SCRATCHES, 1)), rng.uniform(0, np.pi, (rows, SCRATCHES, 1))
    half = rng.uniform(2, 4, (rows, SCRATCHES, 1)) * np.concatenate([np.cos(way), np.sin(way)], axis=2)
    middle = np.concatenate([middle[0], middle[1]], axis=2)
    scratches = np.concatenate([middle - half, middle + half], axis=2)
    ink = np.maximum(_ink(marks, side) * rng.uniform(0.7, 1, (rows, 1, 1)), 0.8 * _ink(scratches, side))
    slope = np.linspace(-1, 1, side)
    across, down = rng.uniform(-0.1, 0.1, (2, rows, 1, 1))
    light = rng.uniform(0.6, 0.75, (rows, 1, 1)) + across * slope + down * slope[:, None]
    stone = light + rng.normal(0, 0.09, (rows, side, side))
    return np.clip(np.round(255 * (stone - 0.45 * ink)), 0, 255).astype(np.uint8), labels


def _ink(strokes: np.ndarray, side: int) -> np.ndarray:
    """Depth 0 to 1 at each pixel, (rows, side, side), of strokes (rows, k, 4): how near the nearest one is."""
    down, across = np.mgrid[:side, :side].astype(np.float32)
    nearest = np.full((len(strokes), side, side), np.inf, dtype=np.float32)
    for x, y, to_x, to_y in strokes.transpose(1, 2, 0)[..., None, None].astype(np.float32):
        dx, dy = to_x - x, to_y - y
        along = np.clip(((across - x) * dx + (down - y) * dy) / (dx**2 + dy**2), 0, 1)
        np.minimum(nearest, (across - x - along * dx) ** 2 + (down - y - along * dy) ** 2, out=nearest)
    return np.clip(1.35 - np.sqrt(nearest), 0, 1)


def write(folder: Path) -> None:
    """Write stones.npy and labels.npy, and some larger pictures, large-stones.npy and large-labels.npy."""
    rng = np.random.default_rng(SEED)
    for name, rows, side in (("", ROWS, SIDE), ("large-", LARGE_ROWS, LARGE_SIDE)):
        stones, labels = draw(rng, rows, side)
        np.save(folder / f"{name}stones.npy", stones)
        np.save(folder / f"{name}labels.npy", labels.astype(np.uint8))
