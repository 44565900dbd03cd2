"""Writes the public doodles, drawn by doodles.py: two pixels of 0 to 15 in each byte, so that the file stays small."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .doodles import draw

SEED, COUNT = 20240109, 2500


def write(folder: Path) -> None:
    """Write doodles.npy, (COUNT, 28, 14), the pixel to the left in the lower half of a byte; labels.npy, (COUNT,)."""
    pictures, labels = draw(np.random.default_rng(SEED), COUNT)
    np.save(folder / "doodles.npy", pictures[:, :, ::2] | pictures[:, :, 1::2] << 4)
    np.save(folder / "labels.npy", labels.astype(np.uint8))


def read(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (COUNT, 28, 28) of 0 to 15 and labels (COUNT,), as the notebook reads them."""
    packed = np.load(folder / "doodles.npy")
    pictures = np.stack([packed & 15, packed >> 4], axis=-1).reshape(-1, 28, 28)
    return pictures, np.load(folder / "labels.npy").astype(np.int64)
