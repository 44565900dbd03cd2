"""Writes the digits from which the exact model is made: 1,200 of scikit-learn's, 8×8 pixels."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

PICTURES = 1200


def write(folder: Path) -> None:
    """Write images.npy, (1200, 8, 8) from 0 to 16, and labels.npy, (1200,), both uint8."""
    digits = load_digits()
    np.save(folder / "images.npy", digits.images[:PICTURES].astype(np.uint8))
    np.save(folder / "labels.npy", digits.target[:PICTURES].astype(np.uint8))
