"""The heat-map and the list of who needs help as CSV and XLSX. Pure.

A name that begins like a formula stays text: in CSV by an apostrophe before it, in XLSX by the type of its cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from studyhub.saying import gettext as _
from studyhub.saying import pgettext

from .heat import Heat
from .states import words
from .stuck import Stuck

Value = str | int
# What spreadsheets take for the beginning of a formula, or skip on their way to one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# Excel takes a file for UTF-8 only by this mark.
BOM = "\ufeff"
# Characters that XML can't hold.
UNPRINTABLE = {n: None for n in range(32) if chr(n) not in "\t\n\r"}


def heat_table(heat: Heat) -> list[list[Value]]:
    """A line for each member, a column for each item; two lines of heads."""
    over: list[Value] = [_("Meeting"), "", ""]
    for title, _at, count in heat.meetings:
        over += [title] * count
    head: list[Value] = [
        _("Learner"),
        pgettext("item", "Done"),
        _("Required"),
        *(column.title for column in heat.columns),
    ]
    lines: list[list[Value]] = [[row.name, row.done, row.required, *map(words, row.codes)] for row in heat.rows]
    return [over, head, *lines]


def former_line(heat: Heat, figures: Mapping[int, tuple[int, int]]) -> list[list[Value]]:
    """A line below the heat-map for those who deleted their accounts: how many of how many did each item; or none."""
    if not any(column.id in figures for column in heat.columns):
        return []
    told = (figures.get(column.id) for column in heat.columns)
    return [[_("Have left"), "", "", *(_done_of(*one) if one else "" for one in told)]]


def _done_of(done: int, people: int) -> str:
    return _("%(n)d of %(all)d done") % {"n": done, "all": people}


def stuck_table(listed: Iterable[Stuck]) -> list[list[Value]]:
    """A line for each reason, in the order of the list."""
    lines: list[list[Value]] = [[_("Learner"), _("Reason")]]
    lines += [[one.member.name, reason.words] for one in listed for reason in one.reasons]
    return lines


def as_csv(table: Sequence[Sequence[Value]]) -> bytes:
    """The table as CSV for Excel: UTF-8 with its mark, lines that end with CR LF."""
    text = io.StringIO()
    csv.writer(text).writerows([[_harmless(value) for value in line] for line in table])
    return (BOM + text.getvalue()).encode()


def _harmless(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def as_xlsx(table: Sequence[Sequence[Value]], *, title: str, heads: int) -> bytes:
    """The table as a workbook of one sheet; its first `heads` lines stay in sight, and so does its first column."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = f"B{heads + 1}"
    sheet.column_dimensions["A"].width = 28
    bold = Font(bold=True)
    for number, line in enumerate(table):
        cells = []
        for value in line:
            cell = WriteOnlyCell(sheet, value=value.translate(UNPRINTABLE) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"
            if number < heads:
                cell.font = bold
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
