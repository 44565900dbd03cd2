"""The kinds of questions, one model each; those that are answered by typing are in typed_kinds.py. No Django."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from apps.quizzes.content import Entry, Option, Picture, Question, Raw, Region, Text
from apps.quizzes.typed_kinds import Calculus, CodeOutput, Expression, Matrix, Numeric, Shape, ShortText

__all__ = [
    "KINDS",
    "AnyQuestion",
    "Calculus",
    "CodeOutput",
    "Expression",
    "Hotspot",
    "Line",
    "Matching",
    "Matrix",
    "MultipleChoice",
    "Numeric",
    "Ordering",
    "Pair",
    "Quiz",
    "Shape",
    "ShortText",
    "SingleChoice",
]


def _check_options(options: tuple[Option, ...] | tuple[Region, ...], noun: str) -> None:
    for option in options:
        if not option.right and option.why is None:
            name = option.text if isinstance(option, Option) else option.name
            raise ValueError(f"The wrong {noun} {name!r} says not why it is wrong. Add why: to it.")
    texts = [option.text if isinstance(option, Option) else option.name for option in options]
    if len(set(texts)) < len(texts):
        raise ValueError(f"Two of the {noun}s read the same. Change one of them.")


class _Choice(Question):
    """`shuffle: false` keeps the order of the file, for options that have one of their own."""

    options: Annotated[tuple[Option, ...], Field(strict=False, min_length=2, max_length=8)]
    shuffle: bool = True


class SingleChoice(_Choice):
    """One of the options is right."""

    kind: Literal["single"]

    @model_validator(mode="after")
    def _one_right(self) -> Self:
        _check_options(self.options, "option")
        right = sum(option.right for option in self.options)
        if right != 1:
            raise ValueError(f"{right} options are right. Mark exactly one with right: true, or use kind: multiple.")
        return self


class MultipleChoice(_Choice):
    """Any of the options may be right, at least one is, and at least one is not."""

    kind: Literal["multiple"]

    @model_validator(mode="after")
    def _some_right(self) -> Self:
        _check_options(self.options, "option")
        right = sum(option.right for option in self.options)
        if not 0 < right < len(self.options):
            raise ValueError("All options are right, or none is. Let at least one be right and one wrong.")
        return self


class Line(Entry):
    """A line that belongs nowhere, and why."""

    text: Text
    why: Text


class Ordering(Question):
    """Lines to be put in order: `lines` is the right order, `also` holds others that are right.

    With `language: python` lines are code, and their indentation is part of the answer unless `indent: false`; with
    `text` they are sentences in Markdown.
    """

    kind: Literal["ordering"]
    language: Literal["python", "text"] = "python"
    lines: Raw
    also: Annotated[tuple[Raw, ...], Field(strict=False)] = ()
    distractors: Annotated[tuple[Line, ...], Field(strict=False, max_length=4)] = ()
    indent: bool = True

    @property
    def indented(self) -> bool:
        """Whether the learner also sets how far a line is indented."""
        return self.language == "python" and self.indent

    @property
    def orders(self) -> tuple[tuple[tuple[str, int], ...], ...]:
        """Every right order: the lines' texts and indentation levels of four blanks."""
        return tuple(_levels(block) for block in (self.lines, *self.also))

    @model_validator(mode="after")
    def _sound(self) -> Self:
        first, *others = self.orders
        if not 2 <= len(first) <= 12:
            raise ValueError(f"There are {len(first)} lines. Give 2 to 12, one a line.")
        texts = sorted(text for text, _ in first)
        for order in others:
            if sorted(text for text, _ in order) != texts:
                raise ValueError("An order under also: has other lines. Only their order and indentation may differ.")
        for line in self.distractors:
            if line.text.strip() in texts:
                raise ValueError(f"The distractor {line.text.strip()!r} is also one of the lines. Change it.")
        return self


def _levels(block: str) -> tuple[tuple[str, int], ...]:
    found = []
    for line in block.rstrip().split("\n"):
        if not line.strip():
            continue
        blanks = len(line) - len(line.lstrip(" "))
        if blanks % 4 or "\t" in line:
            raise ValueError(f"The line {line.strip()!r} is indented by {blanks} blanks. Use multiples of four.")
        found.append((line.strip(), blanks // 4))
    return tuple(found)


class Pair(Entry):
    """Two things that belong together; `why` says so to whoever matched the left one wrongly."""

    left: Text
    right: Text
    why: Text


class Matching(Question):
    """Each left thing has its right one; several may share one. `extra` are right things that fit nothing."""

    kind: Literal["matching"]
    pairs: Annotated[tuple[Pair, ...], Field(strict=False, min_length=2, max_length=8)]
    extra: Annotated[tuple[Text, ...], Field(strict=False, max_length=4)] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """All right things, each once."""
        return tuple(dict.fromkeys([*(pair.right for pair in self.pairs), *self.extra]))

    @model_validator(mode="after")
    def _sound(self) -> Self:
        left = [pair.left for pair in self.pairs]
        if len(set(left)) < len(left):
            raise ValueError("Two pairs have the same left side. Change one of them.")
        if both := {pair.right for pair in self.pairs} & set(self.extra):
            raise ValueError(f"{sorted(both)[0]!r} is extra and belongs to a pair. Keep it in one place.")
        if len(self.choices) < 2:
            raise ValueError("There is only one right side to choose. Add another pair, or extra: sides.")
        return self


class Hotspot(Question):
    """Regions of a picture, one or several of which are right; each has a name for those who choose from the list."""

    kind: Literal["hotspot"]
    picture: Picture
    regions: Annotated[tuple[Region, ...], Field(strict=False, min_length=2, max_length=16)]

    @model_validator(mode="after")
    def _some_right(self) -> Self:
        _check_options(self.regions, "region")
        if not 0 < sum(region.right for region in self.regions) < len(self.regions):
            raise ValueError("All regions are right, or none is. Mark what answers the question with right: true.")
        return self


AnyQuestion = (
    SingleChoice
    | MultipleChoice
    | Numeric
    | ShortText
    | Expression
    | Ordering
    | Matching
    | CodeOutput
    | Shape
    | Matrix
    | Hotspot
)
KINDS: dict[str, type[AnyQuestion]] = {
    "single": SingleChoice,
    "multiple": MultipleChoice,
    "numeric": Numeric,
    "text": ShortText,
    "expression": Expression,
    "ordering": Ordering,
    "matching": Matching,
    "code-output": CodeOutput,
    "shape": Shape,
    "matrix": Matrix,
    "hotspot": Hotspot,
}


class Quiz(Entry):
    """A quiz; its slug is the name of its file, its track the folder. Question ids are unique within it."""

    slug: str
    track: str
    title: Annotated[str, Field(min_length=1, max_length=120)]
    section: str
    summary: Text
    position: Annotated[int, Field(ge=0)]
    feedback: Literal["immediate", "deferred"] = "immediate"
    layout: Literal["one", "all"] = "one"
    optional: bool = False
    questions: tuple[AnyQuestion, ...]
