"""Take a learner's value for what a check needs, or say in a sentence why it isn't that.

Each function raises ArtefactError, whose message completes "your function …" for the learner. `what` names the value.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from apps.grading.artefacts import Table, Tensors
from apps.grading.errors import ArtefactError
from apps.grading.npz import MAX_NDIM

NUMBERS = "biuf"
_MAX_BYTES = 2**26
_NAMES = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "numbers", "U": "text"}


def describe(value: Any) -> str:
    """What a value is, in few words: `a list of 3 values`, `an array of shape (3,)`."""
    match value:
        case None:
            return "None (is a return missing?)"
        case np.ndarray():
            return f"an array of shape {value.shape}"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list() | tuple():
            return f"a {type(value).__name__} of {len(value)} value{'' if len(value) == 1 else 's'}"
        case dict():
            return f"a dict of {len(value)} entries"
        case Table():
            return f"a table with the columns {', '.join(list(value.columns)[:12])[:200] or '(none)'}"
        case Tensors():
            return f"a model's {len(value.arrays)} weights"
    return "a value of another kind"


def item(value: Any, key: int | str, what: str = "The result") -> Any:
    """One part of a tuple, list, dict, table or set of weights."""
    if isinstance(key, int):
        if isinstance(value, np.ndarray) and value.ndim:
            value = list(value[: key + 1]) if key >= 0 else list(value)
        if not isinstance(value, tuple | list):
            raise ArtefactError(f"{what} should be several values, as in `return a, b`, but is {describe(value)}.")
        if not -len(value) <= key < len(value):
            raise ArtefactError(f"{what} should have at least {key + 1} values, but is {describe(value)}.")
        return value[key]
    if isinstance(value, Table):
        value = value.columns
    elif isinstance(value, Tensors):
        value = value.arrays
    if not isinstance(value, dict):
        raise ArtefactError(f"{what} should hold {key!r} by name, but is {describe(value)}.")
    if key not in value:
        raise ArtefactError(f"{what} has no {key!r}.")
    return value[key]


def several(value: Any, count: int, what: str = "The result") -> tuple[Any, ...]:
    """Exactly `count` values, as `return a, b` makes them."""
    if isinstance(value, np.ndarray) and value.ndim:
        value = list(value) if len(value) == count else [None] * len(value)
    if not isinstance(value, tuple | list) or len(value) != count:
        raise ArtefactError(f"{what} should be {count} values, as in `return a, b`, but is {describe(value)}.")
    return tuple(value)


def array(
    value: Any, *, shape: tuple[int | None, ...] | None = None, text: bool = False, finite: bool = True,
    what: str = "The result",
) -> np.ndarray:  # fmt: skip
    """An array of float64 (of unicode with `text`) from an array, a number or nested lists of numbers.

    `shape` is checked where given, None in it fits any side; NaN and infinities are refused unless `finite` is False.
    """
    if value is None or isinstance(value, dict | Table | Tensors):
        raise ArtefactError(f"{what} should be an array or numbers, but is {describe(value)}.")
    _check_size(value, what)
    try:
        found = np.array(value)
    except (ValueError, TypeError, OverflowError) as error:  # rows of different lengths, None among the numbers
        raise ArtefactError(f"{what} can't be read as an array: its rows differ in length or kind.") from error
    if found.dtype.kind not in ("U" if text else NUMBERS) and found.size:
        wanted = "text" if text else "numbers"
        raise ArtefactError(f"{what} should be {wanted}, but holds {_NAMES.get(found.dtype.kind, 'mixed values')}.")
    if found.ndim > MAX_NDIM:
        raise ArtefactError(f"{what} is nested more than {MAX_NDIM} levels deep.")
    if shape is not None:
        check_shape(found.shape, shape, what)
    if text:
        return found.astype(str)
    with np.errstate(all="ignore"):
        found = found.astype(np.float64)
    if finite:
        check_finite(found, what)
    return found


def _check_size(value: Any, what: str) -> None:
    """Refuse lists that NumPy would blow up: every text of an array takes the room of its longest one."""
    count, widest = 0, 8
    waiting = [value] if isinstance(value, list | tuple) else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, list | tuple):
            waiting.extend(node)
        elif isinstance(node, np.ndarray):
            count, widest = count + node.size, max(widest, node.dtype.itemsize)
        else:
            count, widest = count + 1, max(widest, 4 * len(node) if isinstance(node, str) else 8)
    if count * widest > _MAX_BYTES:
        raise ArtefactError(f"{what} is too large to be compared.")


def check_shape(found: tuple[int, ...], wanted: tuple[int | None, ...], what: str = "The result") -> None:
    """Compare two shapes and say what would help."""
    if len(found) == len(wanted) and all(w in (None, f) for f, w in zip(found, wanted, strict=True)):
        return
    shown = "(" + ", ".join("any" if side is None else str(side) for side in wanted) + ("," * (len(wanted) == 1)) + ")"
    message = f"{what} has the shape {found}, but should have {shown if wanted else '(): a single number'}."
    if wanted and None not in wanted and found != wanted:
        fixed = tuple(side or 0 for side in wanted)
        if found == fixed[::-1]:
            message += " It is transposed."
        elif math.prod(found) == math.prod(fixed) and len(found) == len(fixed) + 1 and 1 in found:
            message += " There is one side of length 1 too many: `.ravel()` or `[:, 0]` takes it away."
    raise ArtefactError(message)


def check_finite(found: np.ndarray, what: str = "The result") -> None:
    """Refuse NaN and infinities, and say how many there are."""
    bad = int(found.size - np.isfinite(found).sum())
    if bad:
        raise ArtefactError(
            f"{bad} of the {found.size} entries of {what[0].lower()}{what[1:]} are NaN or infinite."
            if found.size > 1
            else f"{what} is NaN or infinite."
        )


def number(value: Any, what: str = "The result") -> float:
    """A single finite number."""
    return float(array(value, shape=(), what=what))


def weights(value: Any, what: str = "The result") -> dict[str, np.ndarray]:
    """The weights of a model."""
    if not isinstance(value, Tensors):
        raise ArtefactError(f"{what} should be a torch model, but is {describe(value)}.")
    return dict(value.arrays)
