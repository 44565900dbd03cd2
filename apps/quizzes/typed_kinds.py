"""The kinds of questions that are answered by typing, one model each. Imports no Django."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from apps.quizzes.content import Domain, Entry, Mistake, Quantity, Question, Raw, Text, Tolerance, Varied

VARIABLE = r"^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)?$"
MAX_CELLS = 64


class Numeric(Varied):
    """A number, with or without a unit.

    `units` are others that are understood, each with how many of `unit` one of them is. `significant` asks for so many
    significant figures, and is the tolerance. A bare number is in `unit`, unless `ask_unit` wants the unit written.
    """

    kind: Literal["numeric"]
    answer: Quantity
    compute: Text
    tolerance: Tolerance | None = None
    significant: Annotated[int, Field(ge=1, le=8)] | None = None
    unit: Text | None = None
    units: dict[str, Annotated[float, Field(gt=0, strict=False)]] = {}
    ask_unit: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.tolerance and self.significant:
            raise ValueError("tolerance and significant exclude each other. Keep one of them.")
        if not self.unit and (self.units or self.ask_unit):
            raise ValueError("There are other units, but no unit. Say with unit: in which one the answer is.")
        return self


class ShortText(Question):
    """A word or a few; `answers` are all that are right, the first is shown as the answer.

    Case, accents, hyphens, blanks and final punctuation make no difference unless `case_sensitive`; `typos` is how
    many letters may be wrong, missing or swapped.
    """

    kind: Literal["text"]
    answers: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    case_sensitive: bool = False
    typos: Annotated[int, Field(ge=0, le=2)] = 0
    mistakes: Annotated[tuple[Mistake, ...], Field(strict=False)] = ()


class Calculus(Entry):
    """What a reference must be: the derivative, or an integral, of an expression by a variable."""

    derivative: Text | None = None
    integral: Text | None = None
    by: Text

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.derivative is None) == (self.integral is None):
            raise ValueError("Write {derivative: <expression>, by: x} or {integral: <expression>, by: x}.")
        return self


class Expression(Varied):
    """A formula in `variables`, equal to `reference`; with `up_to_constant` any antiderivative of one will do."""

    kind: Literal["expression"]
    variables: Annotated[dict[Annotated[str, Field(pattern=VARIABLE)], Domain], Field(min_length=1, max_length=6)]
    reference: Text
    compute: str | Calculus
    up_to_constant: bool = False


class CodeOutput(Varied):
    """What `code` prints. Blanks at line ends never count; inside a line only with `exact: true`."""

    kind: Literal["code-output"]
    code: Raw
    answer: Raw
    exact: bool = False


class Shape(Varied):
    """The shape of `read`, an expression, after `code`, which the learner sees; or of `compute`, which nobody sees."""

    kind: Literal["shape"]
    answer: str | list[int | str]
    code: Raw | None = None
    read: Text | None = None
    compute: Text | None = None

    @model_validator(mode="after")
    def _how(self) -> Self:
        if (self.code is None) != (self.read is None) or (self.code is None) == (self.compute is None):
            raise ValueError("Say how the shape is found: code: and read: (the expression asked for), or compute:.")
        return self


class Matrix(Varied):
    """A matrix to be filled in, by rows; `given` are cells [row, column], from 0, that are shown filled."""

    kind: Literal["matrix"]
    answer: str | list[list[Quantity]]
    compute: Text
    tolerance: Tolerance | None = None
    given: Annotated[tuple[Annotated[tuple[int, int], Field(strict=False)], ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _rectangular(self) -> Self:
        if isinstance(self.answer, str):
            if re.fullmatch(r"\{\{\s*\w+\s*\}\}", self.answer.strip()) is None:
                raise ValueError("A matrix is a list of rows, such as [[1, 2], [3, 4]], or '{{name}}' from variants.")
            return self
        widths = {len(row) for row in self.answer}
        if len(widths) != 1 or 0 in widths:
            raise ValueError("The rows are not of one length. Write a list of rows, such as [[1, 2], [3, 4]].")
        if sum(map(len, self.answer)) > MAX_CELLS:
            raise ValueError(f"A matrix of more than {MAX_CELLS} cells is no fun to fill. Take a smaller one.")
        return self
