"""The right answer: as a response, and in words. For after the question was answered, and for tests. No Django."""

from __future__ import annotations

from typing import Any

from apps.quizzes import keys
from apps.quizzes.expression import read_expression, to_latex
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
from apps.quizzes.marks.quantities import answer_rows, show
from apps.quizzes.marks.texts import show_shape, stated_shape
from apps.quizzes.numbers import exact
from apps.quizzes.variants import Variant

__all__ = ["answer_code", "answer_markdown", "right_response"]


def right_response(variant: Variant) -> dict[str, Any]:
    """A response that earns everything."""
    match variant.question:
        case SingleChoice() as question:
            found = keys.options(variant, question)
            return {"option": next(item.id for item in found if question.options[item.index].right)}
        case MultipleChoice() as question:
            found = keys.options(variant, question)
            return {"options": [item.id for item in found if question.options[item.index].right]}
        case Matching() as question:
            right = {item.text: item.id for item in keys.right_sides(variant, question)}
            left = keys.left_sides(variant, question)
            return {"pairs": {item.id: right[question.pairs[item.index].right] for item in left}}
        case Ordering() as question:
            order = question.orders[0]
            found = keys.lines(variant, question)
            return {"lines": [{"id": found[place].id, "indent": indent} for place, (_, indent) in enumerate(order)]}
        case Numeric() as question:
            # A fraction says it exactly; a long decimal number could not.
            return {"text": " ".join(filter(None, [_written(question.answer), question.unit]))}
        case ShortText() as question:
            return {"text": question.answers[0]}
        case Expression() as question:
            return {"text": question.reference}
        case CodeOutput() | Shape() as question:
            return {"text": _shape(question) if isinstance(question, Shape) else str(question.answer)}
        case Matrix() as question:
            return {"cells": [[str(cell) for cell in row] for row in answer_rows(question)]}
        case Hotspot() as question:
            found = keys.regions(variant, question)
            return {"region": next(item.id for item in found if question.regions[item.index].right)}


def answer_markdown(variant: Variant) -> str:
    """The right answer in Markdown, for the page that shows it."""
    match variant.question:
        case SingleChoice() as question:
            return next(option.text for option in question.options if option.right)
        case MultipleChoice() as question:
            return _bullets(option.text for option in question.options if option.right)
        case Matching() as question:
            return _bullets(f"{pair.left} → {pair.right}" for pair in question.pairs)
        case Ordering(language="python"):
            return _fenced(answer_code(variant), "python")
        case Ordering() as question:
            return "\n".join(f"{n}. {text}" for n, (text, _) in enumerate(question.orders[0], start=1))
        case Numeric() as question:
            answer = question.answer if isinstance(question.answer, str) else show(exact(question.answer))
            return f"{answer} {question.unit or ''}".strip()
        case ShortText() as question:
            return question.answers[0]
        case Expression() as question:
            return f"${to_latex(read_expression(question.reference, question.variables))}$"
        case CodeOutput():
            return _fenced(answer_code(variant), "")
        case Shape() as question:
            return f"`{_shape(question)}`"
        case Matrix() as question:
            rows = " \\\\ ".join(" & ".join(show(cell) for cell in row) for row in answer_rows(question))
            return f"$\\begin{{pmatrix}} {rows} \\end{{pmatrix}}$"
        case Hotspot() as question:
            return " or ".join(region.name for region in question.regions if region.right)


def answer_code(variant: Variant) -> str:
    """The right answer where it is lines of code or what code prints, as it stands; else an empty text."""
    match variant.question:
        case Ordering(language="python") as question:
            return "\n".join("    " * indent + text for text, indent in question.orders[0])
        case CodeOutput() as question:
            return str(question.answer).rstrip("\n")
    return ""


def _written(answer: float | str) -> str:
    return answer if isinstance(answer, str) else str(exact(answer))


def _shape(question: Shape) -> str:
    return show_shape(stated_shape(question.answer))


def _bullets(texts: Any) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _fenced(code: str, language: str) -> str:
    return f"```{language}\n{code}\n```"
