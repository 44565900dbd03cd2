"""Faults of a question that its model can't see: variants that fail, pictures that are not there. Imports no Django."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from pydantic import ValidationError

from apps.quizzes.answers import right_response
from apps.quizzes.content import Mistake, Region, Varied
from apps.quizzes.equality import EqualityError, Point, points_for
from apps.quizzes.expression import read_expression
from apps.quizzes.kinds import AnyQuestion, Expression, Hotspot, Matrix, Numeric, Shape
from apps.quizzes.marks.quantities import answer_rows, mistake_rows
from apps.quizzes.marks.texts import show_shape, stated_shape
from apps.quizzes.numbers import exact
from apps.quizzes.results import Score, Undecided, Unreadable, UnreadableError, refuse
from apps.quizzes.scoring import score
from apps.quizzes.trees import evaluate
from apps.quizzes.variants import Variant, VariantError, vary

Fault = tuple[tuple[str | int, ...], str]
# So many variants of each question are made when its file is read.
SEEDS = range(3)
PNG = b"\x89PNG\r\n\x1a\n"


def fault_of(question: AnyQuestion, quiz: str, seeds: range = SEEDS) -> Iterator[Fault]:
    """Faults in what the question's variants come to: the key where each lies, and what to do."""
    varied = isinstance(question, Varied) and question.variants is not None
    alike: set[tuple[int, int]] | None = None
    for seed in seeds if varied else seeds[:1]:
        try:
            variant = vary(quiz, question, seed)
            faults = list(_unfit(variant))
            twins = set() if faults else set(_twins(variant))
            alike = twins if alike is None else alike & twins
        except VariantError as error:
            faults = [(("variants",), str(error))]
        except ValidationError as error:
            detail = error.errors()[0]
            faults = [(("variants",), f"With seed {seed} the question is not sound: {detail['loc']}: {detail['msg']}.")]
        if faults:
            where = f" (This is with seed {seed}.)" if varied else ""
            yield from ((place, text + where) for place, text in faults)
            return
    # In one variant two mistakes may meet by chance: in all of them they are one.
    for index, first in sorted(alike or ()):
        mistakes = question.mistakes  # type: ignore[union-attr]
        text = f"{mistakes[index].answer!r} counts as the mistake {mistakes[first].answer!r} above it. Take one out."
        yield ("mistakes", index, "answer"), text


def _unfit(variant: Variant) -> Iterator[Fault]:
    """What of a variant can't be read or scored: its answer must earn everything, and no mistake may."""
    question = variant.question
    key = "reference" if isinstance(question, Expression) else "answer"
    try:
        given = right_response(variant)
        result = score(variant, given)
        points = points_for(variant, "soundness") if isinstance(question, Expression) else []
    except (UnreadableError, EqualityError) as error:
        yield (key,), str(error)
        return
    if isinstance(result, Unreadable) or (isinstance(result, Score) and not result.right):
        text = result.message if isinstance(result, Unreadable) else "The answer is not right by its own rules."
        yield (key,), text
        return
    if isinstance(question, Matrix) and not all(
        0 <= row < len(given["cells"]) and 0 <= column < len(given["cells"][0]) for row, column in question.given
    ):
        yield ("given",), "A given cell is outside the matrix. Rows and columns count from 0."
    for index, mistake in enumerate(getattr(question, "mistakes", ())):
        try:
            right = _is_right(variant, mistake, points)
        except UnreadableError as error:
            yield ("mistakes", index, "answer"), str(error)
            continue
        if right:
            yield (
                ("mistakes", index, "answer"),
                f"{mistake.answer!r} is right, not a mistake. Take it out, or correct it.",
            )


def _twins(variant: Variant) -> Iterator[tuple[int, int]]:
    """Mistakes that nobody can make, each with the one above it that is met in its place."""
    question = variant.question
    mistakes: tuple[Mistake, ...] = getattr(question, "mistakes", ())
    if isinstance(question, Expression):
        points = points_for(variant, "soundness")
        values = [_values(question, str(mistake.answer), points) for mistake in mistakes]
        firsts = [next(n for n, other in enumerate(values) if _agree(other, own)) for own in values]
    else:
        found = [_scored(variant, mistake) for mistake in mistakes]
        named = [one.chosen[0] if isinstance(one, Score) and one.chosen else "" for one in found]
        firsts = [
            int(name.removeprefix("mistake-")) if name.startswith("mistake-") else index
            for index, name in enumerate(named)
        ]
    yield from ((index, first) for index, first in enumerate(firsts) if first < index)


def _values(question: Expression, text: str, points: list[Point]) -> list[float | None]:
    tree = read_expression(text, tuple(question.variables))
    return [evaluate(tree, point) for point in points]


def _agree(one: list[float | None], other: list[float | None]) -> bool:
    """Whether two formulas have the same values; one without a value agrees with itself alone."""
    if one is other:
        return True
    pairs = zip(one, other, strict=True)
    return all(a is not None and b is not None and abs(a - b) <= 1e-9 * abs(b) for a, b in pairs)


def _is_right(variant: Variant, mistake: Mistake, points: list[Point]) -> bool:
    """Whether a mistake is right after all. Raises UnreadableError where it can't be read."""
    question = variant.question
    if isinstance(question, Expression):
        wrong = _values(question, str(mistake.answer), points)
        return _agree(wrong, _values(question, question.reference, points))
    result = _scored(variant, mistake)
    if isinstance(result, Unreadable):
        refuse(result.message)
    return isinstance(result, Score) and result.right


def _scored(variant: Variant, mistake: Mistake) -> Score | Undecided | Unreadable:
    """What a learner gets who answers just so. Raises UnreadableError where nobody can."""
    question = variant.question
    if isinstance(question, Matrix):
        rows = mistake_rows(mistake)
        if [len(row) for row in rows] != [len(row) for row in answer_rows(question)]:
            refuse("The mistake has another shape than the answer. Learners can't fill that in.")
        return score(variant, {"cells": [[str(cell) for cell in row] for row in rows]})
    if isinstance(question, Numeric):
        return score(variant, {"text": f"{exact(mistake.answer)} {question.unit or ''}"})
    if isinstance(question, Shape):
        return score(variant, {"text": show_shape(stated_shape(mistake.answer))})
    return score(variant, {"text": str(mistake.answer)})


def picture_fault(question: AnyQuestion, folder: Path) -> Fault | None:
    """What is wrong with the question's picture, which lies in `folder`."""
    assert question.picture is not None
    path = folder / question.picture.file
    try:
        width, height = picture_size(path)
    except FileNotFoundError:
        return ("picture", "file"), f"{path.name} does not exist. Put it into the folder of the quiz."
    except ValueError as error:
        return ("picture", "file"), f"{path.name}: {error}"
    if isinstance(question, Hotspot):
        for index, region in enumerate(question.regions):
            if not all(0 <= x <= width and 0 <= y <= height for x, y in corners(region)):
                text = f"{region.name!r} reaches beyond the picture, which is {width:g} by {height:g}. Correct it."
                return ("regions", index), text
    return None


def corners(region: Region) -> list[tuple[float, float]]:
    """Points that hold the region between them."""
    if region.rectangle:
        x, y, width, height = region.rectangle
        return [(x, y), (x + width, y + height)]
    if region.circle:
        x, y, radius = region.circle
        return [(x - radius, y - radius), (x + radius, y + radius)]
    return [(x, y) for x, y in region.polygon or ()]


def picture_size(path: Path) -> tuple[float, float]:
    """Width and height of a picture: of a PNG in pixels, of an SVG in the units of its viewBox.

    Raises FileNotFoundError, and ValueError, with advice, for what is no such picture or not fit for a page.
    """
    data = path.read_bytes()
    if path.suffix == ".png":
        if data[:8] != PNG or data[12:16] != b"IHDR":
            raise ValueError("This is no PNG. Save it as one.")
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if b"<!" in data.replace(b"<!--", b""):
        raise ValueError("An SVG here has no document type. Remove the line that begins with <!DOCTYPE.")
    if re.search(rb"@import|url\(\s*['\"]?(?!#)", data):
        raise ValueError("The picture's style refers to something outside it. Draw with colours of its own.")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - without a document type there are no entities
    except ElementTree.ParseError as error:
        raise ValueError(f"This is no SVG: {error}. Correct it.") from error
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        links = [value for key, value in element.attrib.items() if key.rpartition("}")[2] == "href"]
        if name in {"script", "foreignObject", "image"} or any(not link.startswith("#") for link in links):
            raise ValueError(f"<{name}> has no place in a picture here. Draw with shapes and text alone.")
        if any(key.rpartition("}")[2].lower().startswith("on") for key in element.attrib):
            raise ValueError("An attribute such as onclick has no place in a picture here. Remove it.")
    box = root.get("viewBox", "").replace(",", " ").split()
    if len(box) != 4 or box[:2] != ["0", "0"]:
        raise ValueError('The picture has no viewBox from 0 0. Write <svg viewBox="0 0 width height" …>.')
    return float(box[2]), float(box[3])
