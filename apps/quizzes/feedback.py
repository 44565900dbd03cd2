"""What is said of an answer, piece by piece: options, pairs, lines, cells, regions. Only for one that is revealed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from apps.quizzes import keys
from apps.quizzes.constants import Certainty
from apps.quizzes.kinds import Hotspot, Matching, Matrix, MultipleChoice, Ordering
from apps.quizzes.models import Answer
from apps.quizzes.spots import Spot, spots_of
from apps.quizzes.view import PublicView

# The verdict that a message begins with: the page says it above, as a word of its own.
VERDICT = re.compile(r"(?:Right|Partly right|Not right)(?:, but\b|[.:])\s*")
CHOICES = {
    # Whether it was chosen, and whether that was right.
    (True, True): "chosen, rightly",
    (True, False): "chosen, wrongly",
    (False, True): "left out, rightly",
    (False, False): "right, but not chosen",
}
SAID = {Certainty.SURE: "you were sure", Certainty.FAIRLY: "you were fairly sure", Certainty.GUESS: "you guessed"}


@dataclass(frozen=True)
class Told:
    """One piece of an answer: Markdown or a line of code, whether it is right, and what there is to say of it."""

    text: str
    right: bool
    note: str = ""
    why: str = ""
    instead: str = ""
    indent: int = 0


@dataclass(frozen=True)
class ToldCell:
    """A cell of a matrix; `right` is None where it was given."""

    value: str
    right: bool | None


def remark(message: str) -> str:
    """What a message says beyond the verdict, as Markdown; empty where it says nothing else."""
    said = VERDICT.match(message)
    rest = message[said.end() :] if said else message
    return rest[:1].upper() + rest[1:]


def how(answer: Answer, percent: int) -> str:
    """What the verdict does not say: a part of the points, hints, and how sure the learner was."""
    told = [f"{percent} %"] if 0 < percent < 100 else []
    if answer.hints_taken:
        told.append("1 hint" if answer.hints_taken == 1 else f"{answer.hints_taken} hints")
    if answer.certainty:
        told.append(SAID[Certainty(answer.certainty)])
    return " · ".join(told)


def pieces(answer: Answer) -> list[Told]:
    """Options, pairs or lines one by one; none for kinds whose message says it all."""
    match answer.variant.question:
        case MultipleChoice():
            return [
                Told(part["label"], part["right"], CHOICES[part["chosen"], part["right"]], part["why"])
                for part in answer.parts
            ]
        case Matching() as question:
            sides = {item.key: question.pairs[item.index].right for item in keys.left_sides(answer.variant, question)}
            return [
                Told(part["label"], part["right"], why=part["why"], instead=_unless(part, sides.get(part["key"], "")))
                for part in answer.parts
            ]
        case Ordering() as question:
            lines = (answer.response or {}).get("lines", [])
            depths = [line.get("indent", 0) if question.indented else 0 for line in lines]
            return [
                Told(part["label"], part["right"], why=part["why"], indent=depth)
                for part, depth in zip(answer.parts, depths, strict=True)
            ]
    return []


def _unless(part: dict[str, Any], instead: str) -> str:
    return "" if part["right"] else instead


def cells(answer: Answer, view: PublicView) -> list[list[ToldCell]]:
    """The matrix as it was filled in; empty for other kinds and for what was not answered."""
    if not isinstance(answer.variant.question, Matrix) or not answer.parts:
        return []
    parts = iter(answer.parts)
    return [[_cell(given, parts) for given in row] for row in view.cells]


def _cell(given: str | None, parts: Any) -> ToldCell:
    if given is not None:
        return ToldCell(given, None)
    part = next(parts)
    return ToldCell(part["label"].rpartition(": ")[2], part["right"])


def marked(answer: Answer, view: PublicView) -> list[tuple[Spot, str]]:
    """On a picture the right regions ("good"), and the one that was picked where it is another ("bad")."""
    question = answer.variant.question
    if not isinstance(question, Hotspot):
        return []
    found = keys.regions(answer.variant, question)
    tones = {item.id: "bad" for item in found if item.key in answer.chosen}
    tones |= {item.id: "good" for item in found if question.regions[item.index].right}
    return [(spot, tones[spot.id]) for spot in spots_of(view.regions, set()) if spot.id in tones]
