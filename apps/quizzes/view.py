"""A question as the page may show it before it is answered: nothing from which the answer can be had. No Django."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from apps.quizzes import keys
from apps.quizzes.content import Picture
from apps.quizzes.expression import variable_latex
from apps.quizzes.keys import Item
from apps.quizzes.kinds import (
    CodeOutput,
    Expression,
    Hotspot,
    Matching,
    Matrix,
    MultipleChoice,
    Numeric,
    Ordering,
    Shape,
    SingleChoice,
)
from apps.quizzes.marks.quantities import answer_rows, show
from apps.quizzes.variants import Variant

__all__ = ["Choice", "PublicView", "RegionView", "public_view"]


@dataclass(frozen=True)
class Choice:
    """Something to choose or to put in order; `text` is Markdown, or a line of code."""

    id: str
    text: str


@dataclass(frozen=True)
class RegionView:
    """A region of a picture, its name, and one of three shapes."""

    id: str
    name: str
    rectangle: tuple[float, ...] | None = None
    circle: tuple[float, ...] | None = None
    polygon: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True, kw_only=True)
class PublicView:
    """What a page needs to ask a question; of the fields after `hint_costs` only those of its kind are filled."""

    ref: str
    kind: str
    level: str
    concepts: tuple[str, ...]
    prompt: str
    picture: Picture | None = None
    hint_costs: tuple[float, ...] = ()
    # single, multiple
    options: tuple[Choice, ...] = ()
    # matching: rows, and what each may be matched with
    left: tuple[Choice, ...] = ()
    right: tuple[Choice, ...] = ()
    # ordering: the lines in an order that the seed drew, not the right one
    lines: tuple[Choice, ...] = ()
    language: str = ""
    indented: bool = False
    # numeric: the unit, and all that are understood
    unit: str = ""
    units: tuple[str, ...] = ()
    ask_unit: bool = False
    significant: int | None = None
    # code-output, shape
    code: str = ""
    read: str = ""
    # expression: names as they are typed, with their LaTeX
    variables: tuple[tuple[str, str], ...] = ()
    # matrix: rows of cells; None is to be filled
    cells: tuple[tuple[str | None, ...], ...] = ()
    # hotspot
    regions: tuple[RegionView, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The view as plain JSON."""
        data = asdict(self)
        data["picture"] = self.picture.model_dump() if self.picture else None
        return data


def public_view(variant: Variant) -> PublicView:
    """What may be shown of a variant before it is answered. Hints are sold one by one: only their costs are here."""
    question = variant.question
    return PublicView(
        ref=variant.ref,
        kind=question.kind,
        level=question.level,
        concepts=question.concepts,
        prompt=question.prompt,
        picture=question.picture,
        hint_costs=tuple(hint.costs for hint in question.hints),
        **_of_kind(variant),
    )


def _of_kind(variant: Variant) -> dict[str, Any]:
    match variant.question:
        case SingleChoice() | MultipleChoice() as question:
            found = keys.options(variant, question)
            return {"options": _choices(keys.drawn(found) if question.shuffle else found)}
        case Matching() as question:
            return {
                "left": _choices(keys.drawn(keys.left_sides(variant, question))),
                "right": _choices(keys.drawn(keys.right_sides(variant, question))),
            }
        case Ordering() as question:
            return {
                "lines": _choices(_disorder(keys.drawn(keys.lines(variant, question)), question)),
                "language": question.language,
                "indented": question.indented,
            }
        case Numeric() as question:
            unit = question.unit or ""
            units = tuple(dict.fromkeys([unit, *question.units])) if unit else ()
            return {
                "unit": unit,
                "units": units,
                "ask_unit": question.ask_unit,
                "significant": question.significant,
            }
        case CodeOutput() as question:
            return {"code": question.code}
        case Shape() as question:
            return {"code": question.code or "", "read": question.read or ""}
        case Expression() as question:
            return {"variables": tuple((name, variable_latex(name)) for name in question.variables)}
        case Matrix() as question:
            rows, given = answer_rows(question), set(question.given)
            cells = (
                tuple(show(cell) if (i, j) in given else None for j, cell in enumerate(row))
                for i, row in enumerate(rows)
            )
            return {"cells": tuple(cells)}
        case Hotspot() as question:
            return {"regions": tuple(_region(item, question) for item in keys.drawn(keys.regions(variant, question)))}
        case _:
            return {}


def _choices(found: list[Item]) -> tuple[Choice, ...]:
    return tuple(Choice(item.id, item.text) for item in found)


def _disorder(found: list[Item], question: Ordering) -> list[Item]:
    """The drawn order, turned on by one where it would show a right one by chance."""
    shown = [item.text for item in found]
    if any(shown == [text for text, _ in order] for order in question.orders):
        return found[1:] + found[:1]
    return found


def _region(item: Item, question: Hotspot) -> RegionView:
    region = question.regions[item.index]
    return RegionView(item.id, region.name, region.rectangle, region.circle, region.polygon)
