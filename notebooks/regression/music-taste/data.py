"""A made-up survey on music, from a generator of our own: who was asked, and which genre they like best.

Taste depends on gender and on three bands of age, whose borders are other ones for women than for men, so neither
column says much without the other. One answer in six is a genre picked at random from the remaining five: what no
model can foresee, and what a tree that grows too large learns by heart.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

SEED, ROWS, STRAY = 20240126, 160, 1 / 6
YOUNGEST, OLDEST = 14, 70
GENRES = ("classical", "folk", "hip-hop", "jazz", "pop", "rock")
FEMALE, MALE = ("pop", "folk", "classical"), ("hip-hop", "rock", "jazz")
# From this age on a listener belongs to the second and to the third band.
BORDERS = ((24, 44), (30, 53))


def taste(age: np.ndarray, gender: np.ndarray, borders: tuple[tuple[int, int], ...] = BORDERS) -> np.ndarray:
    """The genre that listeners of this age and gender like best, shape (rows,)."""
    female, male = (np.digitize(age, edges) for edges in borders)
    return np.where(gender == "female", np.array(FEMALE)[female], np.array(MALE)[male])


def draw(rng: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    """Columns of shape (rows,): age in years, gender as text, and the genre that was answered."""
    age = rng.integers(YOUNGEST, OLDEST + 1, rows)
    gender = rng.choice(["female", "male"], rows)
    usual = np.searchsorted(GENRES, taste(age, gender))
    other = (usual + rng.integers(1, len(GENRES), rows)) % len(GENRES)
    return {
        "age": age,
        "gender": gender,
        "genre": np.array(GENRES)[np.where(rng.random(rows) < STRAY, other, usual)],
    }


def write(folder: Path) -> None:
    """Write data/listeners.csv."""
    columns = draw(np.random.default_rng(SEED), ROWS)
    rows = [",".join(str(value) for value in row) for row in zip(*columns.values(), strict=True)]
    (folder / "listeners.csv").write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
