"""Measures of a prediction's quality. All take the truth first, as scikit-learn does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


def rmse(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Root of the mean squared error, in the unit of the truth. Both of one shape."""
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean((np.asarray(truth, float) - predicted) ** 2)))


def r2(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Coefficient of determination 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 1 is perfect, 0 as good as the mean, unbounded below.

    Raises ValueError for a constant truth, for which it isn't defined.
    """
    truth = np.asarray(truth, float)
    spread = np.sum((truth - truth.mean()) ** 2)
    if not spread > 0:
        raise ValueError("R² is not defined for a constant truth")
    with np.errstate(over="ignore"):
        return float(1 - np.sum((truth - predicted) ** 2) / spread)


def accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Share of equal entries, 0 to 1. Both of one shape, of any one kind."""
    return float(np.mean(truth == predicted))


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray, labels: Sequence[int | str]) -> np.ndarray:
    """Counts, shape (len(labels), len(labels) + 1): a row per true label, a column per predicted one.

    The last column counts predictions that are none of `labels`.
    """
    places = np.array([[p == label for label in labels] for p in predicted.tolist()]).reshape(-1, len(labels))
    columns = np.where(places.any(axis=1), places.argmax(axis=1), len(labels))
    counts = np.zeros((len(labels), len(labels) + 1), dtype=int)
    for row, label in enumerate(labels):
        np.add.at(counts[row], columns[truth == label], 1)
    return counts


@dataclass(frozen=True)
class Metric:
    """A measure with the words to show it. `function(truth, predicted)` gives a float."""

    name: str
    function: Callable[[np.ndarray, np.ndarray], float]
    higher_is_better: bool
    style: str = ".3g"

    def show(self, value: float) -> str:
        """A figure as learners read it."""
        return format(value, self.style)


ACCURACY = Metric("accuracy", accuracy, True, ".1%")
RMSE = Metric("RMSE", rmse, False, ".3g")
R2 = Metric("R²", r2, True, "z.3f")
