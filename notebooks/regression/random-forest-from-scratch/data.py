"""Leaves of three made-up species, eight measurements each: where the hidden rows come from, too.

The species are clouds that overlap in every single measurement, and more so in the first three; only many weak hints
together tell them apart. A single tree needs a chain of questions for that and soon runs out of rows.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

SEED, ROWS = 20240202, 1250
FEATURES, SPECIES = 8, 3
# Distance between the middles of the clouds, in standard deviations, per measurement.
APART = (0.15, 0.25, 0.3, 0.7, 0.9, 0.95, 0.95, 1.05)
PLACES = np.array([[0, 1, 2], [2, 0, 1], [1, 2, 0], [0, 1, 2], [1, 0, 2], [2, 1, 0], [0, 2, 1], [1, 2, 0]]).T


def draw(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Measurements, shape (rows, FEATURES), and species from 0 to 2, shape (rows,)."""
    species = rng.integers(0, SPECIES, rows)
    return PLACES[species] * np.array(APART) + rng.normal(size=(rows, FEATURES)), species


def write(folder: Path) -> None:
    """Write data/leaves.csv: eight measurements and the species."""
    X, y = draw(np.random.default_rng(SEED), ROWS)
    lines = [",".join([f"m{number}" for number in range(FEATURES)] + ["species"])]
    lines += [",".join([*(f"{value:.2f}" for value in row), str(kind)]) for row, kind in zip(X, y, strict=True)]
    (folder / "leaves.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
