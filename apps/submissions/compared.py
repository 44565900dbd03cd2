"""What a check compared, as a table of short texts. Imports no Django."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

ROWS = 50
COLUMNS = 12
CHARACTERS = 200


@dataclass(frozen=True)
class Compared:
    """A table; `headings` may be empty. The first cell of each row is its heading where `row_headings`."""

    headings: list[str]
    rows: list[list[str]]
    row_headings: bool = False
    cut: bool = False


def as_table(compared: dict[str, Any]) -> Compared | None:
    """`{"columns": […], "rows": [[…]]}` as it is, any other mapping as one row for each entry; None for an empty one.

    At most ROWS rows, COLUMNS columns and CHARACTERS characters a cell; `cut` says that there was more.
    """
    columns, rows = compared.get("columns"), compared.get("rows")
    if isinstance(columns, list) and isinstance(rows, list):
        lines = [row if isinstance(row, list) else [row] for row in rows[:ROWS]]
        return Compared(
            [_text(name) for name in columns[:COLUMNS]],
            [[_text(value) for value in line[:COLUMNS]] for line in lines],
            cut=len(rows) > ROWS or len(columns) > COLUMNS,
        )
    entries = list(compared.items())
    if not entries:
        return None
    lines = [[_text(name).replace("_", " "), _text(value)] for name, value in entries[:ROWS]]
    return Compared([], lines, row_headings=True, cut=len(entries) > ROWS)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        text = {True: "yes", False: "no", None: "–"}[value]
    elif isinstance(value, float):
        text = f"{value:.6g}"
    elif isinstance(value, str | int):
        text = str(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= CHARACTERS else text[: CHARACTERS - 1] + "…"
