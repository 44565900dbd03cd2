"""Writes the public pictures: scikit-learn's digits without every fifth one, which grading keeps back."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

KEPT_BACK = 5


def split() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Public and kept-back pictures: each images (n, 8, 8) of 0 to 16 and labels (n,) of 0 to 9, both uint8."""
    digits = load_digits()
    images, labels = digits.images.astype(np.uint8), digits.target.astype(np.uint8)
    kept = np.arange(len(labels)) % KEPT_BACK == 0
    return (images[~kept], labels[~kept]), (images[kept], labels[kept])


def write(folder: Path) -> None:
    """Write digits-images.npy and digits-labels.npy."""
    images, labels = split()[0]
    np.save(folder / "digits-images.npy", images)
    np.save(folder / "digits-labels.npy", labels)
