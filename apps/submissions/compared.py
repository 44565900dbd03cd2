"""What a check compared, as a table of short texts. Imports no Django."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

ROWS = 50
COLUMNS = 12
CHARACTERS = 200


# Names that checks use, as a heading says them; any other name is said as it is.
HEADINGS = {"right_share": "Right", "all_points_from": "All points from", "at_least": "At least", "at_most": "At most"}


@dataclass(frozen=True)
class Compared:
    """A table of texts; with `row_headings` the first cell of each row is its heading. `cut`: there was more."""

    headings: list[str]
    rows: list[list[str]]
    row_headings: bool = False
    cut: bool = False


def as_table(compared: dict[str, Any]) -> Compared | None:
    """What a check compared, as a table; None where it says nothing.

    `{"columns": […], "rows": [[…]]}` stands as it is; a mapping of mappings gets a row for each; any other mapping is
    one row. At most ROWS rows, COLUMNS columns and CHARACTERS characters a cell.
    """
    columns, rows = compared.get("columns"), compared.get("rows")
    if isinstance(columns, list) and isinstance(rows, list):
        lines = [row if isinstance(row, list) else [row] for row in rows[:ROWS]]
        return Compared(
            [_text(name) for name in columns[:COLUMNS]],
            [[_text(value) for value in line[:COLUMNS]] for line in lines],
            cut=len(rows) > ROWS or len(columns) > COLUMNS,
        )
    if not compared:
        return None
    if all(isinstance(value, dict) for value in compared.values()):
        names = list(dict.fromkeys(name for entry in compared.values() for name in entry))
        lines = [
            [key, *(_said(name, entry.get(name)) for name in names[: COLUMNS - 1])] for key, entry in compared.items()
        ]
        cut = len(lines) > ROWS or len(names) >= COLUMNS
        return Compared(["Value", *map(_heading, names[: COLUMNS - 1])], lines[:ROWS], row_headings=True, cut=cut)
    names = list(compared)[:COLUMNS]
    line = [_said(name, compared[name]) for name in names]
    return Compared([_heading(name) for name in names], [line], cut=len(compared) > COLUMNS)


def _heading(name: str) -> str:
    words = HEADINGS.get(name) or name.replace("_", " ")
    return words[:1].upper() + words[1:CHARACTERS]


def _said(name: str, value: Any) -> str:
    if name == "shape" and isinstance(value, list):
        return " × ".join(map(str, value)) or "one number"
    if name.endswith("_share") and isinstance(value, float):
        return f"{100 * value:.4g} %"
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        text = "–"
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, float):
        text = f"{value:.4g}"
    elif isinstance(value, str | int):
        text = str(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= CHARACTERS else text[: CHARACTERS - 1] + "…"
