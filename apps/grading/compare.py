"""Compare one value of a learner's with the right one, and say what is wrong without giving the right one away."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from apps.grading import values
from apps.grading.report import Finding


def compare_arrays(value: Any, expected: Any, rtol: float, atol: float, what: str = "The result") -> Finding:
    """Shape first, then NaN and infinities, then entry by entry: |difference| ≤ atol + rtol · |expected|.

    Text and truth values have to be equal. Raises ArtefactError where `value` is no array of the right shape.
    """
    right = np.asarray(expected)
    text = right.dtype.kind == "U"
    found = values.array(value, shape=right.shape, text=text, what=what)
    agree, difference = agreement(found, right, rtol, atol)
    share = float(np.mean(agree)) if agree.size else 1.0
    compared = {"shape": list(found.shape), "right_share": round(share, 4)}
    if not text:
        compared["largest_difference"] = _rough(difference)
    if agree.all():
        return Finding.right("It agrees with the reference.", compared)
    if found.ndim == 0:
        return Finding.wrong(f"{what} is not the expected one{_off(difference)}.", compared)
    right_ones = int(agree.sum())
    return Finding.wrong(
        f"{right_ones} of the {agree.size} entries of {_lower(what)} are right{_off(difference)}.", compared
    )


def agreement(found: np.ndarray, right: np.ndarray, rtol: float, atol: float) -> tuple[np.ndarray, float]:
    """Which entries agree, and the largest difference (0 of text and truth values). Both of one shape."""
    if right.dtype.kind in "Ub":
        return np.asarray(found == right), 0.0
    right = right.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        off = np.abs(found - right)
        return np.asarray(off <= atol + rtol * np.abs(right)), float(off.max(initial=0.0))


def figure(value: float) -> float | None:
    """A number as it goes into JSON: six significant digits; None for what JSON can't say."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _rough(difference: float) -> float | None:
    """One significant digit: an answer of zeros would else be told the largest right value."""
    rough = float(f"{difference:.1g}")  # of the largest floats this is infinity
    return rough if math.isfinite(rough) else None


def _off(difference: float) -> str:
    rough = _rough(difference)
    return f"; the largest difference is about {rough:g}" if rough else ""


def _lower(what: str) -> str:
    return what[0].lower() + what[1:]
