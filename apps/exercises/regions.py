"""Solution regions: one source that holds what the learner is given and what the author would hand in.

    ### BEGIN SOLUTION name
    the author's lines
    ### STARTER
    # the learner's lines, each commented out
    ### END SOLUTION

The markers may be indented; what lies between them is indented at least as much.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.exercises.errors import PackageError, Problem

MARKER = re.compile(r"^(?P<indent>[ \t]*)### (?P<kind>BEGIN SOLUTION|STARTER|END SOLUTION)(?P<rest>.*)$")
NEARLY_MARKER = re.compile(r"^\s*#{2,}\s*(BEGIN SOLUTION|STARTER|END SOLUTION)\b", re.IGNORECASE)
CELL = re.compile(r"^# %%")
COMMENT = re.compile(r"^(?P<indent>\s*)# ?(?P<text>.*)$")


@dataclass(frozen=True)
class Region:
    """One region: `line` is that of its BEGIN marker, counted from 1; the texts keep their indentation."""

    name: str
    line: int
    indent: str
    solution: tuple[str, ...]
    starter: tuple[str, ...] | None

    @property
    def starter_lines(self) -> tuple[str, ...]:
        """The learner's lines, as they stand in the starter."""
        return tuple(_uncomment(line) for line in self.starter or ())

    def same_code(self, other: Region) -> bool:
        """Whether the solutions differ at most in their indentation."""
        return self.replaced_by(self.solution) == self.replaced_by(other.solution)

    def replaced_by(self, text: tuple[str, ...]) -> list[str]:
        """Lines of another author's region, moved to the indentation of this one."""
        moved = textwrap.indent(textwrap.dedent("\n".join(text)), self.indent)
        return moved.split("\n") if text else []


@dataclass(frozen=True)
class Source:
    """A text taken apart: plain lines and regions, in order."""

    path: Path
    parts: tuple[str | Region, ...]

    @property
    def regions(self) -> dict[str, Region]:
        """The regions by name."""
        return {part.name: part for part in self.parts if isinstance(part, Region)}

    def starter(self) -> str:
        """The text for a learner: no line of a solution is in it."""
        return self._join(lambda region: list(region.starter_lines))

    def reference(self, mutations: Mapping[str, Region] | None = None) -> str:
        """The author's text, with the solutions of the regions named in `mutations` replaced by theirs."""
        swapped = mutations or {}
        return self._join(
            lambda region: (
                region.replaced_by(swapped[region.name].solution) if region.name in swapped else list(region.solution)
            )
        )

    def _join(self, lines_of: Callable[[Region], list[str]]) -> str:
        lines: list[str] = []
        for part in self.parts:
            lines += [part] if isinstance(part, str) else lines_of(part)
        return "\n".join(lines) + "\n"


def parse(path: Path, text: str) -> Source:
    """Take a text apart at its markers. Raises PackageError that names every malformed region by its line."""
    parts: list[str | Region] = []
    problems: list[Problem] = []
    # What is wrong between the markers of the region at hand: nothing can be said of one that has no end.
    inside: list[Problem] = []
    seen: dict[str, int] = {}
    name, begun_at, indent = "", 0, ""
    solution: list[str] = []
    starter: list[str] | None = None

    def wrong(line: int, message: str, advice: str, among: list[Problem] = problems) -> None:
        among.append(Problem(path, line, f"{message} {advice}"))

    for number, line in enumerate(text.splitlines(), start=1):
        marker = MARKER.match(line)
        if marker is None:
            if NEARLY_MARKER.match(line):
                wrong(number, f"{line.strip()!r} is nearly a marker.", "Write exactly three # and one blank.")
            if not begun_at:
                parts.append(line)
            elif CELL.match(line):
                advice = "End it before the next # %%."
                wrong(number, f"The region {name!r} crosses the border of a cell.", advice, inside)
            elif line.strip() and not line.startswith(indent):
                advice = "Indent it like its markers."
                wrong(number, f"This line is less indented than the region {name!r}.", advice, inside)
            elif starter is None:
                solution.append(line)
            elif line.strip() and COMMENT.match(line) is None:
                wrong(number, "A line of the starter is not commented out.", "Begin it with '# '.", inside)
            else:
                starter.append(line)
        elif marker["kind"] == "BEGIN SOLUTION":
            if begun_at:
                wrong(begun_at, f"The region {name!r} is not closed.", "Add ### END SOLUTION before the next one.")
            name, begun_at, indent = marker["rest"].strip(), number, marker["indent"]
            solution, starter, inside = [], None, []
            if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
                wrong(number, f"{name!r} can't name a region.", "Write ### BEGIN SOLUTION name, in a-z, 0-9, - and _.")
            elif name in seen:
                wrong(number, f"The region {name!r} was already in line {seen[name]}.", "Give each a name of its own.")
            seen.setdefault(name, number)
        elif not begun_at:
            wrong(number, f"### {marker['kind']} stands outside a region.", "Put ### BEGIN SOLUTION name before it.")
        elif marker["rest"].strip():
            wrong(number, f"Nothing may follow ### {marker['kind']}.", "Only BEGIN SOLUTION takes a name.")
        elif marker["kind"] == "STARTER":
            if starter is not None:
                wrong(number, f"The region {name!r} has two starters.", "Keep one ### STARTER.")
            starter = []
        else:
            parts.append(Region(name, begun_at, indent, tuple(solution), None if starter is None else tuple(starter)))
            begun_at = 0
            problems += inside
    if begun_at:
        wrong(begun_at, f"The region {name!r} is not closed.", "Add ### END SOLUTION.")
    if problems:
        raise PackageError(problems)
    return Source(path, tuple(parts))


def _uncomment(line: str) -> str:
    comment = COMMENT.match(line)
    return f"{comment['indent']}{comment['text']}".rstrip() if comment else line
