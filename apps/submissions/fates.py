"""What became of each cell, by the runner's account (Run.cells) and never by the notebook's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.runner.contract import CellStatus

from .said import figure


@dataclass(frozen=True)
class Fate:
    """What became of a cell. `tone`: "" all went well, `open` a check did not pass, `stopped`, `skipped`."""

    number: int = 0
    words: str = ""
    tone: str = ""
    seconds: float = 0.0


def fates(cells: list[dict[str, Any]], stopped: int | None) -> dict[int, Fate]:
    """By the index of the cell in the notebook; `stopped` is the number of the cell that ended the run, if one did."""
    found = {}
    for number, cell in enumerate(cells, 1):
        seconds = figure(f"{cell['seconds']:.1f}") + " s"
        after = {"seconds": seconds}
        if cell["status"] == CellStatus.COMPLETED:
            fate = Fate(number, seconds, "", cell["seconds"])
        elif cell["status"] == CellStatus.PENDING:
            fate = Fate(number, _("Not run"), "skipped")
        elif number == stopped:
            fate = Fate(number, _("The run ended here, after %(seconds)s") % after, "stopped", cell["seconds"])
        else:
            fate = Fate(
                number, _("This check did not pass; the run went on. %(seconds)s") % after, "open", cell["seconds"]
            )
        found[cell["index"]] = fate
    return found


def stopped_at(cells: list[dict[str, Any]], *, error: dict[str, Any], by_limit: bool) -> int | None:
    """The number of the cell that ended the run, among those that are run, from 1; None where none did.

    An error says where it was raised. A limit ends the run in the cell that ran last; where that one had not failed,
    it struck between cells, or while the functions were called.
    """
    number = error.get("number")
    if type(number) is int:
        return number
    ran = [number for number, cell in enumerate(cells, 1) if cell["status"] != CellStatus.PENDING]
    return ran[-1] if by_limit and ran and cells[ran[-1] - 1]["status"] == CellStatus.FAILED else None
