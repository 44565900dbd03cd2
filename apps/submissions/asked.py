"""Whether two versions of an exercise ask the same of a notebook, and differ in the grading only. Imports no Django.

In doubt they do not: then the notebook is run again, which costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from apps.runner import contract

from . import folders

if TYPE_CHECKING:
    import numpy as np

    from apps.exercises.package import ExercisePackage
    from apps.runner.store import Attempt

REQUEST_BYTES = 16 * 1024 * 1024


def asks_the_same(stored: Attempt, *, before: ExercisePackage, after: ExercisePackage, seed: int) -> bool:
    """Whether `after` would have asked just what the attempt in `stored` was asked for `before`.

    1. The stored request is the one that `after` makes: calls, given values, profile, limits, what is forbidden.
    2. Both draw the same arrays from the seed. 3. Their public files are the same.

    Raises what drawing raises, OSError, folders.ResultUnreadable.
    """
    request = stored.read(contract.REQUEST_FILE, REQUEST_BYTES)
    if request is None:
        return False
    drawn = after.spec().draw(seed)
    asked = json.loads(request)
    # Which run it was is not what it was asked.
    would_ask = folders.request_for(after, drawn, run_id=asked["run_id"], attempt=asked["attempt"], seed=seed)
    if asked != json.loads(would_ask.to_json()):
        return False
    return _same_arrays(before.spec().draw(seed).arrays, drawn.arrays) and _data_of(before) == _data_of(after)


def _same_arrays(some: dict[str, np.ndarray], others: dict[str, np.ndarray]) -> bool:
    return some.keys() == others.keys() and all(
        (one.dtype, one.shape, one.tobytes()) == (others[name].dtype, others[name].shape, others[name].tobytes())
        for name, one in some.items()
    )


def _data_of(package: ExercisePackage) -> tuple[tuple[str, str], ...]:
    return tuple((name, _digest(path)) for name, path in package.data_files().items())


@lru_cache(maxsize=1024)
def _digest(path: Path) -> str:
    """Of a file in a frozen package, which never changes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
