"""What a quiz and its questions say, as the files have it: notebooks/<track>/quizzes/<quiz>.yaml. Imports no Django.

The models hold one question each; loading.py reads files into them, variants.py fills in what a seed draws.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
# What one hint costs of a question's share unless the file says otherwise.
HINT_COST = 0.2

Slug = Annotated[str, Field(pattern=SLUG, max_length=80)]
Text = Annotated[str, Field(min_length=1)]
# Text whose blanks at both ends mean something.
Raw = Annotated[str, Field(min_length=1)]
Number = int | float
# A number, or text that is one: a fraction such as 3/4, or what a variant fills in.
Quantity = int | float | str


def _nothing_twice(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands here twice. Name each once.")
    return names


class Entry(BaseModel):
    """What all entries share: unknown keys are errors, types are not bent, nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Hint(Entry):
    """A hint, and which share of the question's points taking it costs."""

    text: Text
    costs: Annotated[float, Field(ge=0, le=0.5, strict=False)] = HINT_COST


class LookAgain(Entry):
    """Where the answer was taught: a resource, and the time in it only where that is certain."""

    resource: Slug
    at: Annotated[str, Field(pattern=r"^(\d{1,2}:)?[0-5]?\d:[0-5]\d$")] | None = None

    @property
    def seconds(self) -> int | None:
        """The time stamp in seconds."""
        if self.at is None:
            return None
        total = 0
        for part in self.at.split(":"):
            total = 60 * total + int(part)
        return total


class Picture(Entry):
    """An SVG or PNG file in the quiz's folder, and what it shows, in words that don't give the answer away."""

    file: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*\.(svg|png)$")]
    alt: Text


class Mistake(Entry):
    """A wrong answer that people give, why it is wrong, and the share that it still earns."""

    answer: Any
    why: Text
    share: Annotated[float, Field(ge=0, le=0.9, strict=False)] = 0.0


def _hints(given: Any) -> Any:
    if isinstance(given, list | tuple):
        return tuple({"text": hint} if isinstance(hint, str) else hint for hint in given)
    return given


class Question(Entry):
    """What questions of all kinds have. `kind` says which of the models below a question is."""

    # Whether a seed may draw its numbers; which keys are filled in with them.
    varies: ClassVar[bool] = False

    id: Slug
    kind: str
    level: Literal["beginner", "intermediate", "advanced"]
    concepts: Annotated[
        tuple[Slug, ...], Field(strict=False, min_length=1, max_length=3), AfterValidator(_nothing_twice)
    ]
    prompt: Text
    explanation: Text
    hints: Annotated[tuple[Hint, ...], Field(strict=False, max_length=4)] = ()
    look_again: LookAgain | None = None
    picture: Picture | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_hints(cls, data: Any) -> Any:
        if isinstance(data, dict) and "hints" in data:
            return {**data, "hints": _hints(data["hints"])}
        return data

    @model_validator(mode="after")
    def _hints_leave_something(self) -> Self:
        if sum(hint.costs for hint in self.hints) > 0.9:
            raise ValueError("The hints cost more than 0.9 together. Let them cost less, with {text: …, costs: 0.1}.")
        return self


class Varied(Question):
    """A question whose numbers a seed may draw: `variants` is Python that defines `variant(rng)`, returning a dict."""

    varies: ClassVar[bool] = True

    variants: Text | None = None
    mistakes: Annotated[tuple[Mistake, ...], Field(strict=False)] = ()


class Option(Entry):
    """One option of a choice; a wrong one says why it is wrong. `id` only where its text will change."""

    text: Text
    right: bool = False
    why: Text | None = None
    id: Slug | None = None


class Region(Entry):
    """A region of a picture: exactly one of a rectangle, a circle and a polygon, in the picture's own units."""

    name: Text
    rectangle: Annotated[tuple[Number, Number, Number, Number], Field(strict=False)] | None = None
    circle: Annotated[tuple[Number, Number, Number], Field(strict=False)] | None = None
    polygon: (
        Annotated[tuple[Annotated[tuple[Number, Number], Field(strict=False)], ...], Field(strict=False, min_length=3)]
        | None
    ) = None
    right: bool = False
    why: Text | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if sum(shape is not None for shape in (self.rectangle, self.circle, self.polygon)) != 1:
            raise ValueError(
                "A region has one shape. Give rectangle: [x, y, width, height], circle: [x, y, radius] or "
                "polygon: [[x, y], …]."
            )
        return self


class Domain(Entry):
    """Between which numbers a variable of an expression is drawn when answers are compared."""

    low: Annotated[float, Field(alias="from", strict=False)]
    high: Annotated[float, Field(alias="to", strict=False)]
    whole: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"from: {self.low:g} is not below to: {self.high:g}. Write the smaller one first.")
        return self


class Tolerance(Entry):
    """How far a number may be off: exactly one of `absolute` and `relative` (0.01 is one per cent)."""

    absolute: Annotated[float, Field(gt=0, strict=False)] | None = None
    relative: Annotated[float, Field(gt=0, lt=1, strict=False)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.absolute is None) == (self.relative is None):
            raise ValueError("A tolerance is one of two. Write {absolute: 0.01} or {relative: 0.01}.")
        return self
