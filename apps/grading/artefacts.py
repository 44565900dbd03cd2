"""What a probe brought back from the notebook, read as strictly as if an enemy had written it (he may have).

The format is the probe harness's: `<id>.json` with a status and a tree of values, `<id>.npz` with the arrays that the
tree names, `<id>.safetensors` where the value is a set of weights.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from apps.grading import files, npz, strict_json, tensors
from apps.grading.errors import ArtefactError

Status = Literal["ok", "missing", "raised", "unsupported", "too_large", "timed_out", "absent"]
_STATUSES = {"ok", "missing", "raised", "unsupported", "too_large", "timed_out"}
_FLOATS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
_ARRAY_NAME = re.compile(r"a(?:0|[1-9][0-9]{0,4})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class ArtefactLimits:
    """The most that is read for one probe. Bytes; elements are counted over all its arrays."""

    json_bytes: int = 4 * 2**20
    file_bytes: int = 32 * 2**20
    unpacked_bytes: int = 64 * 2**20
    elements: int = 8_000_000


DEFAULT_LIMITS = ArtefactLimits()


@dataclass(frozen=True)
class Table:
    """A data frame as it came back: columns by name, all 1-D arrays of one length."""

    columns: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Tensors:
    """A model's weights as they came back, by name."""

    arrays: Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """What one probe found. `error` is the learner's exception, cleaned for showing: (name, message)."""

    status: Status
    value: Any = None
    error: tuple[str, str] | None = None
    seconds: float = 0.0


def read_artefact(folder: Path, probe: str, limits: ArtefactLimits = DEFAULT_LIMITS) -> Artefact:
    """Read what the probe `probe` left in `folder`; status "absent" where there is nothing.

    Raises ArtefactError, whose message is for the learner, for everything that isn't exactly the format.
    """
    data = files.read_bytes(folder, f"{probe}.json", at_most=limits.json_bytes)
    if data is None:
        return Artefact(status="absent")
    record = strict_json.parse(data, what="The result of this check")
    if not isinstance(record, dict) or record.get("probe") != probe:
        raise ArtefactError("The result of this check is not in the form that the runner writes.")
    status = record.get("status")
    seconds = record.get("seconds", 0.0)
    if not isinstance(status, str) or status not in _STATUSES or type(seconds) not in (int, float) or seconds < 0:
        raise ArtefactError("The result of this check is not in the form that the runner writes.")
    value = _Decoder(folder, probe, limits).decode(record.get("value")) if status == "ok" else None
    return Artefact(status=status, value=value, error=_error(record.get("error")), seconds=float(seconds))  # type: ignore[arg-type]


def clean_text(text: str, *, at_most: int = 300) -> str:
    """Text of a learner's, safe to store and show as text: one line, printable, at most so many characters."""
    shown = "".join(c if c.isprintable() else " " for c in text[: 4 * at_most])
    shown = " ".join(shown.split())
    return shown if len(shown) <= at_most else shown[: at_most - 1] + "…"


def _error(found: Any) -> tuple[str, str] | None:
    match found:
        case None:
            return None
        case {"name": str(name), "message": str(message)}:
            return clean_text(name, at_most=80), clean_text(message)
    raise ArtefactError("The result of this check is not in the form that the runner writes.")


@dataclass
class _Decoder:
    folder: Path
    probe: str
    limits: ArtefactLimits
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    def decode(self, tree: Any) -> Any:
        if tree == {"$safetensors": True}:
            data = files.read_bytes(self.folder, f"{self.probe}.safetensors", at_most=self.limits.file_bytes)
            if data is None:
                raise ArtefactError("The weights that this result names are not there.")
            return Tensors(tensors.read_tensors(data, max_elements=self.limits.elements))
        names: list[str] = []
        _collect_arrays(tree, names)
        if len(set(names)) != len(names):  # the same array a thousand times over would fill the memory
            raise ArtefactError("The result of this check names an array twice.")
        if names:
            data = files.read_bytes(self.folder, f"{self.probe}.npz", at_most=self.limits.file_bytes)
            if data is None:
                raise ArtefactError("The arrays that this result names are not there.")
            self.arrays = npz.read_arrays(
                data, set(names), max_bytes=self.limits.unpacked_bytes, max_elements=self.limits.elements
            )
        return self._node(tree)

    def _node(self, tree: Any) -> Any:
        match tree:
            case None | bool() | int() | float() | str():
                return tree
            case list():
                return [self._node(child) for child in tree]
            case {"$float": str(name)} if len(tree) == 1 and name in _FLOATS:
                return _FLOATS[name]
            case {"$tuple": list(children)} if len(tree) == 1:
                return tuple(self._node(child) for child in children)
            case {"$dict": list(pairs)} if len(tree) == 1:
                return self._dict(pairs)
            case {"$array": str(name)} if len(tree) == 1:
                return self.arrays[name]
            case {"$table": list(pairs)} if len(tree) == 1:
                return self._table(pairs)
        raise ArtefactError("The result of this check holds a value of an unknown form.")

    def _dict(self, pairs: list[Any]) -> dict[str | int, Any]:
        found: dict[str | int, Any] = {}
        for pair in pairs:
            match pair:
                case [str() | int() as key, child] if key not in found:
                    found[key] = self._node(child)
                case _:
                    raise ArtefactError("The result of this check holds a dict with a damaged or repeated key.")
        return found

    def _table(self, pairs: list[Any]) -> Table:
        columns: dict[str, np.ndarray] = {}
        for pair in pairs:
            match pair:
                case [str() | int() as name, {"$array": str()} as child] if str(name) not in columns:
                    columns[str(name)] = self._node(child)
                case _:
                    raise ArtefactError("The table of this result has a damaged or repeated column.")
        if any(column.ndim != 1 for column in columns.values()) or len({len(c) for c in columns.values()}) > 1:
            raise ArtefactError("The columns of this table are not all of one length.")
        return Table(columns)


def _collect_arrays(tree: Any, names: list[str]) -> None:
    """Append the array names in `tree`, in order. Raises ArtefactError for a name that the runner never gives."""
    if isinstance(tree, dict):
        if len(tree) == 1 and "$array" in tree:
            name = tree["$array"]
            if not isinstance(name, str) or not _ARRAY_NAME.fullmatch(name):
                raise ArtefactError("The result of this check names an array in an unknown way.")
            names.append(name)
            return
        for child in tree.values():
            _collect_arrays(child, names)
    elif isinstance(tree, list):
        for child in tree:
            _collect_arrays(child, names)
