"""The fields of a question's form: what a browser sends becomes a response, and a response fills the form again.

Without Django. The names of the fields begin with a prefix of the question's own, so that a page may hold many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from apps.quizzes.marks.ordering import MAX_INDENT
from apps.quizzes.view import Choice, PublicView, RegionView

__all__ = ["Box", "Cell", "Form", "Line", "Row", "fields_of", "is_blank", "moved", "read_inputs"]

LONGEST = 5000


class Form(Protocol):
    """What a browser sent."""

    def get(self, name: str, default: str = "") -> Any:
        """The last value of a field."""

    def getlist(self, name: str) -> Sequence[Any]:
        """All values of a field."""


@dataclass(frozen=True)
class Box:
    """Something to choose: a radio button, a checkbox, an option of a list."""

    id: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Row:
    """A left side with what it may be matched with."""

    id: str
    name: str
    text: str
    choices: tuple[Box, ...]


@dataclass(frozen=True)
class Line:
    """A line in its place."""

    id: str
    text: str
    indent: int


@dataclass(frozen=True)
class Cell:
    """A cell of a matrix, its row and column counted from 1: one that is given, or a field."""

    name: str
    row: int
    column: int
    value: str
    given: bool


def read_inputs(view: PublicView, form: Form, prefix: str) -> dict[str, Any]:
    """The response that the fields of one question hold, as scoring.py wants it; not yet checked."""

    def value(name: str) -> str:
        return str(form.get(name, ""))[:LONGEST]

    match view.kind:
        case "single":
            return {"option": value(prefix)}
        case "multiple":
            known = {option.id for option in view.options}
            return {"options": [one for one in form.getlist(prefix) if one in known]}
        case "hotspot":
            return {"region": value(prefix)}
        case "matching":
            return {"pairs": {row.id: value(f"{prefix}-{row.id}") for row in view.left}}
        case "ordering":
            known = {line.id for line in view.lines}
            used = dict.fromkeys(one for one in form.getlist(f"{prefix}-line") if one in known)
            return {"lines": [{"id": one, "indent": _indent(value(f"{prefix}-indent-{one}"))} for one in used]}
        case "matrix":
            return {
                "cells": [
                    [value(f"{prefix}-{i}-{j}") if cell is None else cell for j, cell in enumerate(row)]
                    for i, row in enumerate(view.cells)
                ]
            }
        case _:
            return {"text": value(prefix)}


def _indent(text: str) -> int:
    return min(int(text), MAX_INDENT) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def is_blank(view: PublicView, response: Mapping[str, Any] | None) -> bool:
    """Whether nothing was filled in."""
    if not response:
        return True
    match view.kind:
        case "matching":
            return not any(response.get("pairs", {}).values())
        case "matrix":
            pairs = zip(view.cells, response.get("cells", []), strict=False)
            return not any(
                isinstance(typed, str) and typed.strip()
                for asked, row in pairs
                for cell, typed in zip(asked, row, strict=False)
                if cell is None
            )
        case "single" | "multiple" | "hotspot" | "ordering":
            return not any(response.values())
        case _:
            return not str(response.get("text", "")).strip()


def fields_of(view: PublicView, response: Mapping[str, Any] | None, prefix: str) -> dict[str, Any]:
    """What the form of this kind of question shows, filled with `response`, which may be a draft of any shape."""
    given = response or {}
    match view.kind:
        case "single" | "multiple":
            chosen = {given.get("option"), *(given.get("options") or ())}
            return {"boxes": _boxes(view.options, chosen)}
        case "hotspot":
            return {"boxes": _boxes(view.regions, {given.get("region")})}
        case "matching":
            pairs = given.get("pairs") or {}
            rows = (
                Row(row.id, f"{prefix}-{row.id}", row.text, _boxes(view.right, {pairs.get(row.id)}))
                for row in view.left
            )
            return {"rows": tuple(rows), "lettered": any(set("$`*") & set(choice.text) for choice in view.right)}
        case "ordering":
            return _lines(view, given.get("lines") or ())
        case "matrix":
            return {"cells": _cells(view, given.get("cells") or (), prefix)}
        case _:
            return {"text": given.get("text", "")}


def _boxes(found: Sequence[Choice] | Sequence[RegionView], chosen: set[Any]) -> tuple[Box, ...]:
    return tuple(Box(one.id, one.text if isinstance(one, Choice) else one.name, one.id in chosen) for one in found)


def _lines(view: PublicView, used: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    texts = {line.id: line.text for line in view.lines}
    placed = [Line(one["id"], texts[one["id"]], one.get("indent", 0)) for one in used if one.get("id") in texts]
    taken = {line.id for line in placed}
    left = [Line(line.id, line.text, 0) for line in view.lines if line.id not in taken]
    return {"placed": placed, "left": left}


def _cells(view: PublicView, filled: Sequence[Sequence[Any]], prefix: str) -> list[list[Cell]]:
    def value(i: int, j: int) -> str:
        row = filled[i] if i < len(filled) else ()
        return str(row[j]) if j < len(row) else ""

    return [
        [
            Cell(
                f"{prefix}-{i}-{j}",
                i + 1,
                j + 1,
                value(i, j) if cell is None else cell,
                cell is not None,
            )
            for j, cell in enumerate(row)
        ]
        for i, row in enumerate(view.cells)
    ]


def moved(response: Mapping[str, Any], move: str) -> dict[str, Any]:
    """The response with one line moved: `move` is "up:<id>", "down:…", "in:…", "out:…", "add:…" or "remove:…"."""
    lines = [dict(line) for line in response.get("lines", ())]
    what, _, wanted = move.partition(":")
    place = next((n for n, line in enumerate(lines) if line["id"] == wanted), None)
    if place is None:
        return {"lines": [*lines, {"id": wanted, "indent": _after(lines)}] if what == "add" else lines}
    line = lines[place]
    match what:
        case "up" | "down":
            other = place - 1 if what == "up" else place + 1
            if 0 <= other < len(lines):
                lines[place], lines[other] = lines[other], lines[place]
        case "in":
            line["indent"] = min(line["indent"] + 1, MAX_INDENT)
        case "out":
            line["indent"] = max(line["indent"] - 1, 0)
        case "remove":
            lines.pop(place)
    return {"lines": lines}


def _after(lines: list[dict[str, Any]]) -> int:
    """A line is added as far indented as the one before it."""
    return int(lines[-1]["indent"]) if lines else 0
