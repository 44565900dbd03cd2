"""The tables of the dashboard as files to take away, all rows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext, gettext_noop

from ..models import FormerFigure
from . import exports
from .board import Board
from .exports import Value
from .heat import Wanted

if TYPE_CHECKING:
    from ..models import Membership

TABLES = {"heat-map": (gettext_noop("Heat-map"), 2), "needs-help": (gettext_noop("Who needs help"), 1)}
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Export:
    """A table, and how many of its first lines are heads."""

    name: str
    title: str
    heads: int
    lines: list[list[Value]]

    def content(self, form: str) -> bytes:
        """The table in one of FORMATS."""
        if form == "csv":
            return exports.as_csv(self.lines)
        return exports.as_xlsx(self.lines, title=self.title, heads=self.heads)


def export_of(membership: Membership, table: str, query: Mapping[str, str]) -> Export:
    """One of TABLES with the filters of the page, for whoever leads the group. Raises Http404 for any other."""
    if table not in TABLES:
        raise Http404("There is no such export.")
    board = Board(membership, Wanted.read(query))
    title, heads = TABLES[table]
    lines = exports.heat_table(board.heat) if table == "heat-map" else exports.stuck_table(board.listed)
    if table == "heat-map":
        figures = FormerFigure.objects.filter(assignment__group=board.group)
        kept = {row.assignment_id: (row.done, row.people) for row in figures}
        lines += exports.former_line(board.heat, kept)
    return Export(f"{board.group.slug}-{table}-{board.now:%Y-%m-%d}", gettext(title), heads, lines)
