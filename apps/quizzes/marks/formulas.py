"""Reads the response to an expression question; equality.py says what it is worth. Imports no Django."""

from __future__ import annotations

from apps.quizzes.expression import MAX_LENGTH, read_expression, to_latex
from apps.quizzes.kinds import Expression
from apps.quizzes.results import Response, Undecided, text_of
from apps.quizzes.trees import canonical


def expression(question: Expression, response: Response) -> Undecided:
    """The expression, read. Raises UnreadableError where it can't be."""
    tree = read_expression(text_of(response, MAX_LENGTH), tuple(question.variables))
    return Undecided(canonical=canonical(tree), understood=to_latex(tree))
