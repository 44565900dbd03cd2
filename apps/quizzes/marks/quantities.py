"""Scores of numbers, and of matrices of them. Imports no Django."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import chain
from typing import Any

from apps.quizzes.content import Mistake, Tolerance
from apps.quizzes.kinds import Matrix, Numeric
from apps.quizzes.numbers import Reading, exact, in_unit, read_number
from apps.quizzes.results import Part, Response, Score, UnreadableError, clean, refuse, text_of
from apps.quizzes.variants import Variant
from studyhub.saying import gettext as _

# Without a tolerance a number is right but for rounding.
ROUNDING = Fraction(1, 10**6)
NEAR_ZERO = Fraction(1, 10**9)
# What an answer earns that is right as far as it goes, but has fewer significant figures than were asked for; with one
# figure alone it could be a guess.
TOO_SHORT = 0.5
FEWEST = 2


def close(value: Fraction, right: Fraction, tolerance: Tolerance | None) -> bool:
    """Whether `value` is within the tolerance of `right`; the bound itself is within."""
    off = abs(value - right)
    if tolerance and tolerance.absolute:
        bound = Fraction(str(tolerance.absolute))
    else:
        relative = Fraction(str(tolerance.relative)) if tolerance and tolerance.relative else ROUNDING
        bound = max(relative * abs(right), NEAR_ZERO)
    return off <= bound


def half_unit(right: Fraction, figures: int) -> Fraction:
    """Half a unit in the last of so many significant figures of `right`."""
    if right == 0:
        return NEAR_ZERO
    power = 0
    size = abs(right)
    while size >= 10:
        size, power = size / 10, power + 1
    while size < 1:
        size, power = size * 10, power - 1
    return Fraction(10) ** (power - figures + 1) / 2


def numeric(variant: Variant, question: Numeric, response: Response) -> Score:
    """Right within the tolerance, or to so many significant figures; half where it is right to fewer figures."""
    reading = read_number(text_of(response))
    value = in_unit(reading, question.unit, question.units, ask=question.ask_unit)
    understood = understand(reading, value, question)
    right = exact(question.answer)
    if _is_right(value, right, question):
        return Score(share=1.0, message="Right.", understood=understood)
    for number, mistake in enumerate(question.mistakes):
        if _is_right(value, exact(mistake.answer), question):
            return missed(mistake, number, understood)
    figures = reading.figures
    if question.significant and figures and FEWEST <= figures < question.significant:
        rough = half_unit(right, figures)
        if abs(value - right) <= rough:
            message = f"Right as far as it goes, but {question.significant} significant figures were asked for."
            return Score(share=TOO_SHORT, message=message, understood=understood, chosen=("too-few-figures",))
    return Score(share=0.0, message=_direction(value, right), understood=understood)


def missed(mistake: Mistake, number: int, understood: str) -> Score:
    """The score of a known mistake."""
    return Score(
        share=mistake.share,
        message=f"{'Partly right' if mistake.share else 'Not right'}. {mistake.why}",
        understood=understood,
        chosen=(f"mistake-{number}",),
    )


def understand(reading: Reading, value: Fraction, question: Numeric) -> str:
    """How a number was read, where that isn't plain to see: `3/4 = 0.75`, `20 ms = 0.02 s`."""
    shown = f"{reading.text} {reading.unit}".strip()
    unit = f" {question.unit}" if question.unit else ""
    if "/" in reading.text or "^" in reading.text or (reading.unit and reading.unit != question.unit):
        return f"{shown} = {show(value)}{unit}"
    return f"{reading.text}{unit}"


def show(value: Fraction) -> str:
    """A number for people: at most six significant figures."""
    if value.denominator == 1 and abs(value.numerator) < 10**12:
        return str(value.numerator)
    try:
        return f"{float(value):.6g}"
    except OverflowError:
        return f"about 10^{math.floor(math.log10(abs(value.numerator)) - math.log10(value.denominator))}"


def _is_right(value: Fraction, right: Fraction, question: Numeric) -> bool:
    if question.significant:
        # Rounding a five either way is right: the bound itself is within.
        return abs(value - right) <= half_unit(right, question.significant)
    return close(value, right, question.tolerance)


def _direction(value: Fraction, right: Fraction) -> str:
    if value == -right and right:
        return "Not right: the sign is wrong."
    return "Not right, but close." if abs(value - right) <= abs(right) / 50 else "Not right."


def matrix(variant: Variant, question: Matrix, response: Response) -> Score:
    """The share of the cells asked for that are right; each must hold a number."""
    rows = answer_rows(question)
    cells = response.get("cells")
    if not isinstance(cells, list) or len(cells) != len(rows) or not all(isinstance(row, list) for row in cells):
        refuse(_("The matrix did not arrive with its %(rows)s rows. Fill it in again.") % {"rows": len(rows)})
    read: list[list[Fraction]] = []
    parts: list[Part] = []
    given = set(question.given)
    for i, row in enumerate(rows):
        if len(cells[i]) != len(row):
            said = _("Row %(row)s did not arrive with its %(cells)s cells. Fill it in again.")
            refuse(said % {"row": i + 1, "cells": len(row)})
        read.append([])
        for j, right in enumerate(row):
            if (i, j) in given:
                read[i].append(right)
                continue
            value = _cell(cells[i][j], i, j)
            read[i].append(value)
            parts.append(
                Part(
                    key=f"{i},{j}",
                    label=f"row {i + 1}, column {j + 1}: {show(value)}",
                    right=close(value, right, question.tolerance),
                )
            )
    understood = "; ".join(" ".join(show(value) for value in row) for row in read)
    hits = sum(part.right for part in parts)
    if hits < len(parts):
        for number, mistake in enumerate(question.mistakes):
            if _same(read, mistake_rows(mistake), question.tolerance):
                score = missed(mistake, number, understood)
                share = max(score.share, hits / len(parts))
                return Score(
                    share=share, message=score.message, understood=understood, parts=tuple(parts), chosen=score.chosen
                )
    return Score(
        share=hits / len(parts),
        message="Right." if hits == len(parts) else f"{hits} of {len(parts)} cells are right.",
        understood=understood,
        parts=tuple(parts),
    )


def answer_rows(question: Matrix) -> list[list[Fraction]]:
    """The answer as exact numbers. Raises UnreadableError where the file has none."""
    return _rows(question.answer)


def mistake_rows(mistake: Mistake) -> list[list[Fraction]]:
    """A wrong matrix as exact numbers. Raises UnreadableError where the file has none."""
    return _rows(mistake.answer)


def _rows(answer: object) -> list[list[Fraction]]:
    if not isinstance(answer, list) or not answer or not all(isinstance(row, list) and row for row in answer):
        refuse(f"{answer!r} is no list of rows. Write it as [[1, 2], [3, 4]].")
    return [[exact(cell) for cell in row] for row in answer]


def _same(read: list[list[Fraction]], wrong: list[list[Fraction]], tolerance: Tolerance | None) -> bool:
    if [len(row) for row in read] != [len(row) for row in wrong]:
        return False
    pairs = zip(chain.from_iterable(read), chain.from_iterable(wrong), strict=True)
    return all(close(value, expected, tolerance) for value, expected in pairs)


def _cell(text: object, row: int, column: int) -> Fraction:
    where: dict[str, Any] = {"row": row + 1, "column": column + 1}
    if not isinstance(text, str) or not text.strip():
        refuse(_("Row %(row)s, column %(column)s is empty. Fill in every cell.") % where)
    try:
        return in_unit(read_number(text), None, {})
    except UnreadableError as error:
        where["error"] = clean(str(error), 200)
        refuse(_("Row %(row)s, column %(column)s: %(error)s") % where)
