"""What is said on a hand-in, by the cell that it is about: for its learner's page, and for those who help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from .fates import Fate, fates
from .models import Comment, Run
from .rendering import stopped_cell


@dataclass(frozen=True)
class Cell:
    """A code cell: its index in the notebook, its number among those that are run, and what became of it."""

    index: int
    source: str
    fate: Fate

    @property
    def name(self) -> str:
        """What it is called wherever it is spoken of."""
        return _("Cell %(number)s") % {"number": self.fate.number}

    @property
    def first_line(self) -> str:
        """By which one knows it again."""
        return next((line for line in self.source.splitlines() if line.strip()), "")


@dataclass
class Thread:
    """What was said of one cell; of the whole hand-in where there is none."""

    cell: Cell | None
    comments: list[Comment] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its heading."""
        return self.cell.name if self.cell else _("The whole hand-in")

    @property
    def key(self) -> str:
        """What the form sends as its cell; empty for the whole."""
        return str(self.cell.index) if self.cell else ""


class Conversation:
    """All threads of a hand-in. `submitted` is its notebook, `run` the latest one (one query)."""

    def __init__(self, run: Run, submitted: dict[str, Any]) -> None:
        self.run, self.submitted = run, submitted

    @cached_property
    def cells(self) -> list[Cell]:
        """Its code cells that are run. Before a run has said which these are, all that hold anything."""
        sources = [(cell["cell_type"], str(cell["source"])) for cell in self.submitted["cells"]]
        found = fates(self.run.cells, stopped_cell(self.run))
        if not found:
            code = [index for index, (kind, source) in enumerate(sources) if kind == "code" and source.strip()]
            found = {index: Fate(number) for number, index in enumerate(code, 1)}
        return [Cell(index, sources[index][1], fate) for index, fate in found.items() if index < len(sources)]

    @cached_property
    def threads(self) -> list[Thread]:
        """One for the whole hand-in, then one for each cell, also where nothing has been said."""
        threads = {"": Thread(None)} | {str(cell.index): Thread(cell) for cell in self.cells}
        for comment in self.comments:
            key = "" if comment.cell is None else str(comment.cell)
            threads.get(key, threads[""]).comments.append(comment)
        return list(threads.values())

    @cached_property
    def comments(self) -> list[Comment]:
        """All of them, the first one first."""
        return list(Comment.objects.filter(submission=self.run.submission_id).select_related("author"))

    @property
    def whole(self) -> Thread:
        """What was said of the whole hand-in."""
        return self.threads[0]

    @property
    def by_cell(self) -> list[Thread]:
        """One for each cell."""
        return self.threads[1:]

    @property
    def spoken_of(self) -> Iterator[Thread]:
        """Those of cells of which something was said."""
        return (thread for thread in self.by_cell if thread.comments)
