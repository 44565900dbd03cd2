"""The hidden inputs of one run: what the learner's code is handed, and what stays with the grader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from apps.grading.errors import SpecError
from apps.runner.contract import HiddenInput


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Inputs drawn for one run, by name: an exercise's `draw` returns one.

    `given` holds NumPy arrays, `tensors` arrays that arrive as torch tensors, `tables` columns (1-D arrays of one
    length) that arrive as a pandas DataFrame, `values` anything JSON. `hidden` (labels, truths, whatever the checks
    need) never leaves the grader. `inputs["X"]` finds a name in any of them.
    """

    given: Mapping[str, np.ndarray] = field(default_factory=dict)
    tensors: Mapping[str, np.ndarray] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    hidden: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise SpecError for a name used twice, or for what can't travel."""
        groups = (self.given, self.tensors, self.tables, self.values, self.hidden)
        names = [name for group in groups for name in group]
        if len(set(names)) != len(names):
            raise SpecError(f"a name is drawn twice: {', '.join(names)}")
        for name, array in self.arrays.items():
            if not isinstance(array, np.ndarray) or array.dtype.kind not in "biufU":
                raise SpecError(f"the drawn input {name} is no array of numbers, truth values or text")
        for name, columns in self.tables.items():
            if {column.shape for column in columns.values()} != {(len(next(iter(columns.values()), ())),)}:
                raise SpecError(f"the columns of the drawn table {name} are not 1-D arrays of one length")
        try:
            json.dumps(dict(self.values), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise SpecError("a drawn value is not JSON") from error

    def __getitem__(self, name: str) -> Any:
        """The input of that name, hidden ones included."""
        for group in (self.given, self.tensors, self.tables, self.values, self.hidden):
            if name in group:
                return group[name]
        raise KeyError(f"no input {name!r} was drawn")

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All that goes into inputs.npz; the columns of a table are called `table/column`."""
        columns = {f"{name}/{column}": a for name, table in self.tables.items() for column, a in table.items()}
        return {**self.given, **self.tensors, **columns}

    def for_learner(self) -> tuple[HiddenInput, ...]:
        """How each input is handed to the learner's code. Nothing of `hidden` is in it."""
        return (
            *(HiddenInput(name=name, kind="array") for name in self.given),
            *(HiddenInput(name=name, kind="tensor") for name in self.tensors),
            *(HiddenInput(name=name, kind="table", columns=tuple(table)) for name, table in self.tables.items()),
            *(HiddenInput(name=name, kind="json", value=value) for name, value in self.values.items()),
        )


def write_inputs(inputs: Inputs, path: Path) -> None:
    """Write the arrays for the learner's code to `path` (.npz); nothing of `hidden`, and nothing pickled."""
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **inputs.arrays)
