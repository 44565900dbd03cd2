"""Two notebooks side by side: each cell beside the one that it has most in common with. Imports no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .similarity import Statement, given_by, jaccard, normalised, shingles, statements

# Cells are short: pieces of fewer tokens than for whole notebooks.
PIECE = 4
ALIKE = 0.2
CELLS, LINES = 200, 400


@dataclass(frozen=True)
class Line:
    """A line of a cell. `kind`: "same" as beside it, "renamed" the same but for names, "given" by the starter, ""."""

    text: str
    kind: str = ""

    MARKS = {"same": "=", "renamed": "≈", "given": "·", "": " "}

    @property
    def mark(self) -> str:
        """The kind as a sign, for those who don't see the colour."""
        return self.MARKS[self.kind]


@dataclass(frozen=True)
class Cell:
    """A code cell, numbered among the code cells from 1."""

    number: int
    lines: list[Line]


@dataclass(frozen=True)
class Row:
    """Two cells beside each other, or one that has no counterpart; `share` of what is in both, 0 to 1."""

    left: Cell | None
    right: Cell | None
    share: float = 0.0

    @property
    def percent(self) -> int:
        """The same in percent."""
        return round(100 * self.share)


def side_by_side(some: Sequence[str], others: Sequence[str], *, starter: Sequence[str]) -> list[Row]:
    """The code cells of two notebooks (their sources): those with something in common first, in the left one's order.

    Cells that hold nothing but what the starter gave, or nothing, are left out.
    """
    given = given_by(starter) | {_words(line) for cell in starter for line in cell.splitlines()} - {()}
    left, right = _own(some, given), _own(others, given)
    partner = _partners(left, right)
    rows = []
    for one, (source, _) in left.items():
        if one in partner:
            other, share = partner[one]
            lines = _compare(source, right[other][0], given)
            rows.append(Row(Cell(one, lines[0]), Cell(other, lines[1]), share))
    taken = {other for other, _ in partner.values()}
    rows += [Row(Cell(one, _alone(source, given)), None) for one, (source, _) in left.items() if one not in partner]
    rows += [Row(None, Cell(one, _alone(source, given))) for one, (source, _) in right.items() if one not in taken]
    return rows


def _own(sources: Sequence[str], given: set[Statement]) -> dict[int, tuple[str, set[bytes]]]:
    """By number: the cells with something of their own, and their pieces."""
    found = ((number, source, shingles([source], given, PIECE)) for number, source in enumerate(sources[:CELLS], 1))
    return {number: (source, pieces) for number, source, pieces in found if pieces}


def _partners(
    left: dict[int, tuple[str, set[bytes]]], right: dict[int, tuple[str, set[bytes]]]
) -> dict[int, tuple[int, float]]:
    """For cells on the left the one on the right with which most is shared; each has one partner at most."""
    shares = [
        (jaccard(mine, theirs), one, other) for one, (_, mine) in left.items() for other, (_, theirs) in right.items()
    ]
    found: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for share, one, other in sorted(shares, key=lambda row: (-row[0], row[1], row[2])):
        if share >= ALIKE and one not in found and other not in taken:
            found[one] = (other, share)
            taken.add(other)
    return found


def _compare(some: str, others: str, given: set[Statement]) -> tuple[list[Line], list[Line]]:
    one, other = some.splitlines()[:LINES], others.splitlines()[:LINES]
    mine, theirs = [_form(line) for line in one], [_form(line) for line in other]
    left, right = _alone(some, given), _alone(others, given)
    for tag, start, end, there, _ in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if tag != "equal":
            continue
        for place in range(end - start):
            first, second = start + place, there + place
            if mine[first] and left[first].kind != "given":
                kind = "same" if one[first].split() == other[second].split() else "renamed"
                left[first], right[second] = Line(one[first], kind), Line(other[second], kind)
    return left, right


def _alone(source: str, given: set[Statement]) -> list[Line]:
    return [Line(line, "given" if {_form(line), _words(line)} & given else "") for line in source.splitlines()[:LINES]]


def _form(line: str) -> Statement:
    """What a line is, whatever its names; of a part of a longer statement what can be read of it."""
    for statement in statements(line.strip()):
        return normalised(statement)
    return _words(line.partition("#")[0])


def _words(line: str) -> Statement:
    """A line by its words, for what is no statement of its own: a comment, a part of a docstring."""
    words = line.split()
    return ("…", *words) if words else ()
