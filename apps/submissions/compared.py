"""What a check compared: a table of short texts, or a scale from a baseline to the reference. Imports no Django."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from . import figures

ROWS = 50
COLUMNS = 12
CHARACTERS = 200

# Names that checks use, as a heading says them; any other name is said as it is.
HEADINGS = {"right_share": "Right", "all_points_from": "All points from", "at_least": "At least", "at_most": "At most"}
# What a comparison of one array consists of: the check's message says all of it.
COMPARISON = {"shape", "right_share", "largest_difference"}
MEASURED = ("yours", "baseline", "reference")


@dataclass(frozen=True)
class Compared:
    """A table of texts; with `row_headings` the first cell of each row is its heading. `cut`: there was more."""

    headings: list[str]
    rows: list[list[str]]
    row_headings: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Scale:
    """Where a learner's figure stands between the baseline (left) and the reference: places in a picture WIDTH wide."""

    metric: str
    yours: str
    baseline: str
    reference: str
    all_points_from: str
    yours_x: float
    baseline_x: float
    reference_x: float
    target_x: float | None
    beyond: bool

    WIDTH = 320
    LEFT, RIGHT = 16, 304
    # How far the line goes on beyond baseline and reference, in parts of the way between them.
    BEYOND = 0.25

    @property
    def words(self) -> str:
        """The same for those who can't see the picture."""
        rest = f" All points from {self.all_points_from}." if self.all_points_from else ""
        return f"Your {self.metric}: {self.yours}. Baseline: {self.baseline}. Reference: {self.reference}.{rest}"

    @property
    def yours_anchor(self) -> str:
        """Keeps the label of the learner's figure inside the picture."""
        edge = 48
        return "start" if self.yours_x < edge else "end" if self.yours_x > self.WIDTH - edge else "middle"


def is_agreement(compared: dict[str, Any]) -> bool:
    """Whether it is the comparison of one array with the reference's, and all of it agrees."""
    return bool(compared) and compared.keys() <= COMPARISON and compared.get("right_share") == 1


def as_scale(compared: dict[str, Any]) -> Scale | None:
    """The scale of a check that measures quality between a baseline and a reference; None for any other."""
    values = [compared.get(name) for name in MEASURED]
    metric = compared.get("metric")
    if not isinstance(metric, str) or not all(_is_figure(value) for value in values):
        return None
    yours, baseline, reference = (float(value) for value in values)
    way = reference - baseline
    if not way or not math.isfinite(way):
        return None
    target = compared.get("all_points_from")
    shown = {
        name: figures.of_metric(metric, value)
        for name, value in zip(MEASURED, (yours, baseline, reference), strict=True)
    }

    def place(value: float) -> float:
        part = min(max((value - baseline) / way, -Scale.BEYOND), 1 + Scale.BEYOND)
        return round(Scale.LEFT + (part + Scale.BEYOND) / (1 + 2 * Scale.BEYOND) * (Scale.RIGHT - Scale.LEFT), 1)

    return Scale(
        metric=metric[:CHARACTERS],
        **shown,
        all_points_from=figures.of_metric(metric, target) if _is_figure(target) else "",
        yours_x=place(yours),
        baseline_x=place(baseline),
        reference_x=place(reference),
        target_x=place(target) if _is_figure(target) else None,
        beyond=(yours - baseline) / way < -Scale.BEYOND,
    )


def as_table(compared: dict[str, Any], message: str = "") -> Compared | None:
    """What a check compared, as a table; None where it says nothing, or nothing that `message` doesn't say.

    `{"columns": […], "rows": [[…]]}` stands as it is; a mapping of mappings gets a row for each; any other mapping is
    one row, less what the message says. At most ROWS rows, COLUMNS columns and CHARACTERS characters a cell.
    """
    columns, rows = compared.get("columns"), compared.get("rows")
    if isinstance(columns, list) and isinstance(rows, list):
        lines = [row if isinstance(row, list) else [row] for row in rows[:ROWS]]
        return Compared(
            [_text(name) for name in columns[:COLUMNS]],
            [[_text(value) for value in line[:COLUMNS]] for line in lines],
            cut=len(rows) > ROWS or len(columns) > COLUMNS,
        )
    if not compared or compared.keys() <= COMPARISON:
        return None
    if all(isinstance(value, dict) for value in compared.values()):
        return _row_for_each(compared)
    left = [name for name, value in compared.items() if not _is_told(value, message)]
    if not left:
        return None
    line = [_said(name, compared[name]) for name in left[:COLUMNS]]
    return Compared([_heading(name) for name in left[:COLUMNS]], [line], cut=len(left) > COLUMNS)


def _row_for_each(compared: dict[str, dict[str, Any]]) -> Compared:
    names = list(dict.fromkeys(name for entry in compared.values() for name in entry))
    shown = names[: COLUMNS - 1]
    lines = [[key, *(_said(name, entry.get(name)) for name in shown)] for key, entry in compared.items()]
    cut = len(lines) > ROWS or len(names) > len(shown)
    return Compared(["Value", *map(_heading, shown)], lines[:ROWS], row_headings=True, cut=cut)


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_told(value: Any, message: str) -> bool:
    """Whether the message has this number, in one of the ways in which checks write numbers."""
    if not _is_figure(value):
        return False
    written = {format(value, style) for style in (".3g", ".2g", ".1%", ".0%", "z.3f", ",", "")}
    return any(_occurs(text, message) for text in written)


def _occurs(number: str, message: str) -> bool:
    """Whether `number` stands in `message` as a number of its own, not as a part of a longer one."""
    start = message.find(number)
    while start >= 0:
        before, after = message[:start][-1:], message[start + len(number) :][:2]
        if not (before.isdigit() or before in {".", "-", "−"} or after[:1].isdigit() or after[1:].isdigit()):
            return True
        start = message.find(number, start + 1)
    return False


def _heading(name: str) -> str:
    words = HEADINGS.get(name) or name.replace("_", " ")
    return words[:1].upper() + words[1:CHARACTERS]


def _said(name: str, value: Any) -> str:
    if name == "shape" and isinstance(value, list):
        return " × ".join(map(str, value)) or "one number"
    if name.endswith("_share") and _is_figure(value):
        return figures.percent(value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        text = "–"
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, int | float):
        text = figures.in_words(value) if math.isfinite(value) else str(value)
    elif isinstance(value, str):
        text = value
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= CHARACTERS else text[: CHARACTERS - 1] + "…"
