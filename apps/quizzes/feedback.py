"""What is said of an answer, piece by piece: options, pairs, lines, cells, regions. Only for one that is revealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.quizzes import keys
from apps.quizzes.constants import Certainty
from apps.quizzes.kinds import Hotspot, Matching, Matrix, MultipleChoice, Ordering
from apps.quizzes.models import Answer
from apps.quizzes.remarks import translated
from apps.quizzes.spots import Spot, spots_of
from apps.quizzes.view import PublicView

CHOICES = {
    # Whether it was chosen, and whether that was right.
    (True, True): _("chosen, rightly"),
    (True, False): _("chosen, wrongly"),
    (False, True): _("left out, rightly"),
    (False, False): _("right, but not chosen"),
}
SAID = {
    Certainty.SURE: _("you were sure"),
    Certainty.FAIRLY: _("you were fairly sure"),
    Certainty.GUESS: _("you guessed"),
}


@dataclass(frozen=True)
class Told:
    """One piece of an answer: Markdown or a line of code, whether it is right, and what there is to say of it.

    `why` is the author's where `why_is_content`.
    """

    text: str
    right: bool
    note: str = ""
    why: str = ""
    instead: str = ""
    indent: int = 0
    why_is_content: bool = True


@dataclass(frozen=True)
class ToldCell:
    """A cell of a matrix; `right` is None where it was given."""

    value: str
    right: bool | None


def how(answer: Answer, percent: int) -> str:
    """What the verdict does not say: a part of the points, hints, and how sure the learner was."""
    told = [gettext("%(percent)s %%") % {"percent": percent}] if 0 < percent < 100 else []
    if taken := answer.hints_taken:
        told.append(ngettext("%(taken)s hint", "%(taken)s hints", taken) % {"taken": taken})
    if answer.certainty:
        told.append(str(SAID[Certainty(answer.certainty)]))
    return " · ".join(told)


def pieces(answer: Answer) -> list[Told]:
    """Options, pairs or lines one by one; none for kinds whose message says it all."""
    match answer.variant.question:
        case MultipleChoice():
            return [
                Told(part["label"], part["right"], str(CHOICES[part["chosen"], part["right"]]), part["why"])
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
            return [_line(part, depth) for part, depth in zip(answer.parts, depths, strict=True)]
    return []


def _line(part: dict[str, Any], depth: int) -> Told:
    ours = translated(part["why"])
    return Told(part["label"], part["right"], why=ours or part["why"], indent=depth, why_is_content=ours is None)


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
