"""What a value is beside what was expected: its kind, shape and range, NaN, the first entry that differs.

What may be told: of the learner's value everything, for it is his. Of the reference its kind and shape, and how many
entries agree with it. Its range, and place and value of the first difference, only where the check reveals it: there
its values are drawn anew for each run, and knowing them helps in no other. The place alone would be too much already:
who hands in zeros learns where the one of a fixed kernel is, and of two classes the wrong one names the right one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from apps.grading import values
from apps.grading.artefacts import clean_text
from apps.grading.compare import agreement
from apps.grading.errors import ArtefactError
from apps.grading.report import Difference, Kinds

# Of a function that gives many values, the first that are wrong.
MOST_VALUES = 3
HIDDEN = "not shown"


def beside(
    value: Any, expected: Any, *, rtol: float, atol: float, reveal: bool = False, name: str = ""
) -> Kinds | None:
    """`value` beside `expected`, in rows; None where nothing in them differs."""
    right = np.asarray(expected)
    text = right.dtype.kind == "U"
    found = _as_array(value, text)
    rows = [Difference("Kind", _wanted(right), _came(value, found), found is not None)]
    if found is not None:
        rows.append(_row("Shape", shape_words(right.shape), shape_words(found.shape)))
        if not text:
            rows += _range(found, right, reveal)
            rows += _gaps(found)
        if found.shape == right.shape:
            rows += _first(found, right, rtol, atol, reveal)
    return None if all(row.same for row in rows) else Kinds(tuple(rows), name)


def form(value: Any, shape: tuple[int | None, ...], *, text: bool = False) -> Kinds | None:
    """`value` beside a shape (None: any side) and numbers, or `text`; None where it has them and they are finite."""
    found = _as_array(value, text)
    wanted = ("text" if text else "numbers") if shape else "a text" if text else "a number"
    rows = [Difference("Kind", wanted, _came(value, found), found is not None)]
    if found is not None:
        same = len(found.shape) == len(shape) and all(
            side in (None, is_) for side, is_ in zip(shape, found.shape, strict=True)
        )
        rows.append(Difference("Shape", shape_words(shape), shape_words(found.shape), same))
        if not text:
            rows += _gaps(found)
    return None if all(row.same for row in rows) else Kinds(tuple(rows))


def several(value: Any, names: tuple[str, ...]) -> Kinds:
    """What should have been several values, and is not."""
    row = Difference("Values", f"{len(names)}: {', '.join(names)}", clean_text(values.describe(value)), False)
    return Kinds((row,))


def shape_words(shape: tuple[int | None, ...]) -> str:
    """A shape as NumPy writes it, None as `any`; a number has none."""
    if not shape:
        return "() – a single number"
    sides = ", ".join("any" if side is None else str(side) for side in shape)
    return f"({sides},)" if len(shape) == 1 else f"({sides})"


def _as_array(value: Any, text: bool) -> np.ndarray | None:
    try:
        return values.array(value, text=text, finite=False)
    except ArtefactError:
        return None


def _wanted(right: np.ndarray) -> str:
    words = {"U": "text", "b": "truth values or numbers"}.get(right.dtype.kind, "numbers")
    return words if right.ndim else {"text": "a text", "numbers": "a number"}.get(words, "a truth value")


def _came(value: Any, found: np.ndarray | None) -> str:
    described = values.describe(value)
    if isinstance(value, np.ndarray):
        described = f"{'an array of ' if value.ndim else ''}{str(value.dtype)[:20]}"
    elif found is not None and isinstance(value, list | tuple):
        described += " of text" if found.dtype.kind == "U" else ""
    elif found is None and isinstance(value, list | tuple):
        described += ", of mixed kinds or lengths"
    return clean_text(described)


def _row(what: str, expected: str, yours: str) -> Difference:
    return Difference(what, expected, yours, expected == yours)


def _range(found: np.ndarray, right: np.ndarray, reveal: bool) -> list[Difference]:
    seen = found[np.isfinite(found)]
    if found.ndim == 0 or not seen.size:
        return []
    numbers = right.astype(np.float64)
    expected = _span(numbers) if reveal and numbers.size else HIDDEN
    # The range alone is no mistake: what differs is the entries.
    return [Difference("Range", expected, _span(seen), True)]


def _span(numbers: np.ndarray) -> str:
    return f"{float(numbers.min()):.4g} to {float(numbers.max()):.4g}"


def _gaps(found: np.ndarray) -> list[Difference]:
    rows = []
    for what, bad in (("NaN", np.isnan(found)), ("Infinite", np.isinf(found))):
        if bad.any():
            where = f"{int(bad.sum())} of {bad.size}, first at {_place(_first_of(bad))}" if bad.ndim else "yes"
            rows.append(Difference(what, "none", where, False))
    return rows


def _first(found: np.ndarray, right: np.ndarray, rtol: float, atol: float, reveal: bool) -> list[Difference]:
    agree = agreement(found, right, rtol, atol)[0]
    if agree.all():
        return []
    if not reveal and right.ndim:
        return [Difference("Entries", "all right", f"{int((~agree).sum())} of {agree.size} wrong", False)]
    place = _first_of(~agree)
    what = f"First difference, at {_place(place)}" if right.ndim else "Value"
    return [Difference(what, _entry(right[place]) if reveal else HIDDEN, _entry(found[place]), False)]


def _first_of(bad: np.ndarray) -> tuple[int, ...]:
    return tuple(int(side) for side in np.unravel_index(int(np.argmax(bad)), bad.shape))


def _place(place: tuple[int, ...]) -> str:
    return "[" + ", ".join(map(str, place)) + "]"


def _entry(entry: Any) -> str:
    if isinstance(entry, str):
        return clean_text(entry, at_most=60) or "(empty)"
    return ("true" if entry else "false") if isinstance(entry, np.bool_) else f"{float(entry):.6g}"
