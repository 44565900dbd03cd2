"""What a response is worth. Pure: no Django, no YAML, nothing is run.

A response is plain JSON, by kind of question (ids are those of view.py):

    single       {"option": id}                       matching     {"pairs": {left id: right id, …}}
    multiple     {"options": [id, …]}                 matrix       {"cells": [["1", "3/4"], …]}, given cells: anything
    ordering     {"lines": [{"id": …, "indent": 0}]}  hotspot      {"region": id} or {"x": 12, "y": 80}
    numeric, text, expression, code-output, shape     {"text": "…"}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    ShortText,
    SingleChoice,
)
from apps.quizzes.marks import choices, formulas, ordering, quantities, texts
from apps.quizzes.results import Part, Response, Score, Undecided, Unreadable, UnreadableError
from apps.quizzes.variants import Variant
from studyhub.saying import gettext as _

__all__ = ["Part", "Response", "Score", "Undecided", "Unreadable", "score", "with_hints"]


def score(variant: Variant, response: Any) -> Score | Unreadable | Undecided:
    """Score a response to a variant. Never raises for anything that a response may be.

    Unreadable is no answer: tell the learner, and let them answer again at no cost. Undecided is what an expression
    comes to: the sandbox helps to say whether it is right (see equality.py).
    """
    if not isinstance(response, Mapping):
        return Unreadable(_("The answer did not arrive whole. Answer again."))
    try:
        return _score(variant, response)
    except UnreadableError as error:
        return Unreadable(str(error))


def _score(variant: Variant, response: Response) -> Score | Undecided:
    match variant.question:
        case SingleChoice() as question:
            return choices.single(variant, question, response)
        case MultipleChoice() as question:
            return choices.multiple(variant, question, response)
        case Matching() as question:
            return choices.matching(variant, question, response)
        case Hotspot() as question:
            return choices.hotspot(variant, question, response)
        case Ordering() as question:
            return ordering.ordering(variant, question, response)
        case Numeric() as question:
            return quantities.numeric(variant, question, response)
        case Matrix() as question:
            return quantities.matrix(variant, question, response)
        case ShortText() as question:
            return texts.short_text(variant, question, response)
        case CodeOutput() as question:
            return texts.code_output(variant, question, response)
        case Shape() as question:
            return texts.shape(variant, question, response)
        case Expression() as question:
            return formulas.expression(question, response)


def with_hints(variant: Variant, share: float, taken: int) -> float:
    """`share` less what the first `taken` hints cost: each takes its part of all the points, so never below 0."""
    cost = sum(hint.costs for hint in variant.question.hints[: max(0, taken)])
    return max(0.0, share * (1 - cost))
