"""Asks a question in a terminal: how it looks as plain text, and how a typed line becomes a response. No Django."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from apps.quizzes.kinds import AnyQuestion, Matrix
from apps.quizzes.results import refuse
from apps.quizzes.variants import Variant
from apps.quizzes.view import Choice, PublicView, public_view

__all__ = ["ask", "read_line"]

LETTERS = string.ascii_lowercase
HOW = {
    "single": "a letter",
    "multiple": "letters, such as ac",
    "ordering": "letters in order, each with its indentation behind it, such as b0 a1 c1",
    "matching": "a number and a letter for each row, such as 1b 2a",
    "hotspot": "a letter, or x y",
    "matrix": "rows separated by ;, cells by blanks",
    "code-output": "what is printed (write \\n for a new line)",
    "shape": "a shape, such as (3, 4)",
}
# Of lines that have no indentation.
ORDER_ALONE = "letters in order, such as b a c"


def ask(variant: Variant) -> str:
    """The question as text."""
    view = public_view(variant)
    lines = [view.prompt.rstrip()]
    if view.picture:
        lines.append(f"[{view.picture.file}: {view.picture.alt}]")
    lines += ["", *(f"    {line}" for line in view.code.splitlines())] if view.code else []
    lines += [f"    {view.read}"] if view.read else []
    lines += [f"  {letter}) {choice.text.strip()}" for letter, choice in _lettered(view)]
    lines += [f"  {number}. {row.text.strip()}" for number, row in enumerate(view.left, start=1)]
    lines += ["  " + "  ".join(cell or "_" for cell in row) for row in view.cells]
    if view.variables:
        lines.append(f"  (variables: {', '.join(name for name, _ in view.variables)})")
    if view.unit:
        lines.append(f"  (in {view.unit}; understood: {', '.join(view.units)})")
    if view.significant:
        lines.append(f"  (to {view.significant} significant figures)")
    how = ORDER_ALONE if view.kind == "ordering" and not view.indented else HOW.get(view.kind)
    return "\n".join([*lines, *([f"  Answer with {how}."] if how else [])])


def _lettered(view: PublicView) -> list[tuple[str, Choice]]:
    regions = tuple(Choice(region.id, region.name) for region in view.regions)
    return list(zip(LETTERS, view.options or view.right or view.lines or regions, strict=False))


def read_line(variant: Variant, line: str) -> dict[str, Any]:
    """The response that a typed line stands for. Raises UnreadableError where it stands for none."""
    view = public_view(variant)
    ids = {letter: choice.id for letter, choice in _lettered(view)}
    words = line.split()

    def id_of(letter: str) -> str:
        if letter not in ids:
            refuse(f"There is no {letter!r}. Use one of: {' '.join(ids)}.")
        return ids[letter]

    readers: dict[str, Callable[[], dict[str, Any]]] = {
        "single": lambda: {"option": id_of(line.strip())},
        "multiple": lambda: {"options": [id_of(letter) for letter in "".join(words).replace(",", "")]},
        "ordering": lambda: {"lines": [{"id": id_of(word[:1]), "indent": _number(word[1:] or "0")} for word in words]},
        "matching": lambda: {
            "pairs": {_row(view, word[:-1]): id_of(word[-1]) for word in words},
        },
        "hotspot": lambda: _spot(words, id_of),
        "matrix": lambda: {"cells": _cells(variant.question, line)},
        "code-output": lambda: {"text": line.replace("\\n", "\n")},
    }
    return readers.get(view.kind, lambda: {"text": line})()


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 2:
        refuse(f"{text!r} is no number here.")
    return int(text)


def _row(view: PublicView, text: str) -> str:
    number = _number(text)
    if not 1 <= number <= len(view.left):
        refuse(f"There is no row {number}. There are {len(view.left)}.")
    return view.left[number - 1].id


def _spot(words: list[str], id_of: Callable[[str], str]) -> dict[str, Any]:
    if len(words) == 2:
        try:
            return {"x": float(words[0]), "y": float(words[1])}
        except ValueError:
            refuse("Two words are a point, x y. Write numbers, or the letter of a region.")
    return {"region": id_of("".join(words))}


def _cells(question: AnyQuestion, line: str) -> list[list[str]]:
    """The typed cells in their places; those that are given are left out of what is typed, or typed as they are."""
    rows = [row.split() for row in line.split(";")]
    if not isinstance(question, Matrix) or not isinstance(question.answer, list):
        return rows
    given = set(question.given)
    full: list[list[str]] = []
    for i, (typed, right) in enumerate(zip(rows, question.answer, strict=False)):
        cells = iter(typed)
        whole = len(typed) == len(right)
        full.append([next(cells, "") if whole or (i, j) not in given else "given" for j in range(len(right))])
    return full
