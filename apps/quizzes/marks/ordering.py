"""Scores of lines put in order. Imports no Django."""

from __future__ import annotations

from typing import Any

from apps.quizzes import keys
from apps.quizzes.keys import Item
from apps.quizzes.kinds import Ordering
from apps.quizzes.marks.choices import find
from apps.quizzes.results import Part, Response, Score, refuse
from apps.quizzes.variants import Variant
from studyhub.saying import gettext as _

MAX_INDENT = 8
# What a line's place is worth where its indentation is the rest.
PLACE = 0.75

Order = tuple[tuple[str, int], ...]


def ordering(variant: Variant, question: Ordering, response: Response) -> Score:
    """Partial credit by the longest common order with the best of the right orders, and by indentation.

    1. Each line of the longest common subsequence counts 1, or 0.75 and another 0.25 where its indentation is right;
    2. each line that belongs nowhere takes 1 away; 3. the first line in common counts nothing, for any order has one.
    So the share is (marks - 1) / (lines - 1), within 0 and 1.
    """
    found = keys.lines(variant, question)
    chosen = _read(found, response.get("lines"), indented=question.indented)
    given: Order = tuple((item.text, indent) for item, indent in chosen)
    best = max((_common(given, order, question.indented) for order in question.orders), key=lambda pair: pair[0])
    marks, matched = best
    lines = len(question.orders[0])
    strangers = [item for item, _ in chosen if item.index >= lines]
    share = min(1.0, max(0.0, (marks - len(strangers) - 1) / (lines - 1)))
    parts = tuple(_part(question, item, matched.get(place), lines) for place, (item, _) in enumerate(chosen))
    return Score(
        share=share,
        message=_message(question, share, matched, len(strangers)),
        understood="\n".join("    " * indent + text for text, indent in given),
        parts=parts,
        chosen=tuple(item.key for item, _ in chosen),
    )


def _read(found: list[Item], lines: Any, *, indented: bool) -> list[tuple[Item, int]]:
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        refuse(_("The lines did not arrive as a list. Put them in order again."))
    if not lines:
        refuse(_("There is no line yet. Put at least one in its place."))
    chosen: list[tuple[Item, int]] = []
    for line in lines:
        item = find(found, line.get("id"))
        if any(item is other for other, _indent in chosen):
            refuse(_("The line “%(line)s” is used twice. Use each once.") % {"line": item.text})
        indent = line.get("indent", 0) if indented else 0
        if type(indent) is not int or not 0 <= indent <= MAX_INDENT:
            said = _("The indentation of “%(line)s” is not from 0 to %(most)s. Set it again.")
            refuse(said % {"line": item.text, "most": MAX_INDENT})
        chosen.append((item, indent))
    return chosen


def _common(given: Order, right: Order, indented: bool) -> tuple[float, dict[int, bool]]:
    """The most marks of a common subsequence; which lines of `given` are in it, with whether each is indented well."""
    rows, columns = len(given), len(right)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]

    def worth(i: int, j: int) -> float:
        if given[i][0] != right[j][0]:
            return 0.0
        return 1.0 if not indented or given[i][1] == right[j][1] else PLACE

    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            taken = worth(i, j) + best[i + 1][j + 1] if worth(i, j) else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], taken)
    matched: dict[int, bool] = {}
    i = j = 0
    while i < rows and j < columns:
        if worth(i, j) and best[i][j] == worth(i, j) + best[i + 1][j + 1]:
            matched[i] = worth(i, j) == 1.0
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return best[0][0], matched


def _part(question: Ordering, item: Item, indented_well: bool | None, lines: int) -> Part:
    if item.index >= lines:
        why = question.distractors[item.index - lines].why
    elif indented_well is None:
        why = "This line is out of order."
    else:
        why = "" if indented_well else "The place is right, the indentation is not."
    return Part(key=item.key, label=item.text, right=indented_well is True, why=why)


def _message(question: Ordering, share: float, matched: dict[int, bool], strangers: int) -> str:
    if share >= 1:
        return "Right."
    lines = len(question.orders[0])
    told = [f"{len(matched)} of {lines} lines are in the right order"]
    if question.indented and not all(matched.values()):
        told.append(f"{sum(not well for well in matched.values())} of them indented wrongly")
    if strangers:
        told.append("one line belongs nowhere" if strangers == 1 else f"{strangers} lines belong nowhere")
    return ", ".join(told) + "."
