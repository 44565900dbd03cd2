"""Variants: a question whose numbers a seed has drawn. The same seed gives the same variant. Imports no Django.

`variants` is Python by the authors of the curriculum, who are as trusted as those of the code around it; nothing that a
learner writes comes here.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from apps.quizzes.content import Varied
from apps.quizzes.kinds import AnyQuestion, CodeOutput

__all__ = ["Variant", "VariantError", "vary"]

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*(?::([^{}\s]{0,12}))?\s*\}\}")
# Keys that hold Python or say what a question is: nothing is filled into them.
UNFILLED = frozenset({"id", "kind", "level", "concepts", "variants", "compute", "variables", "look_again", "picture"})


class VariantError(ValueError):
    """The variants of a question can't be made; the text says why, for its author."""


@dataclass(frozen=True)
class Variant:
    """A question with a seed's numbers filled in; `quiz` is the slug of its quiz, `values` are what was drawn."""

    quiz: str
    question: AnyQuestion
    seed: int
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """The id of the question, unique in the curriculum."""
        return f"{self.quiz}/{self.question.id}"


def vary(quiz: str, question: AnyQuestion, seed: int) -> Variant:
    """The variant of `question` that `seed` draws. Raises VariantError where its author made a mistake."""
    if not isinstance(question, Varied) or question.variants is None:
        return Variant(quiz, question, seed)
    values = _draw(question.variants, f"{quiz}/{question.id}/{seed}")
    data = question.model_dump(by_alias=True, exclude_none=True)
    filled = {key: value if key in UNFILLED else fill(value, values, key=key) for key, value in data.items()}
    if isinstance(question, CodeOutput):
        filled["answer"] = str(filled["answer"])
    return Variant(quiz, type(question).model_validate(filled), seed, values)


def fill(value: Any, values: Mapping[str, Any], key: str = "") -> Any:
    """`value` with each `{{name}}` or `{{name:.2f}}` replaced, in texts, lists and mappings.

    An answer that is nothing but a placeholder becomes the value itself. Raises VariantError for an unknown name.
    """
    if isinstance(value, str):
        whole = PLACEHOLDER.fullmatch(value.strip())
        if key == "answer" and whole and whole[2] is None:
            return _look_up(whole[1], values)
        return PLACEHOLDER.sub(lambda found: _write(_look_up(found[1], values), found[2]), value)
    if isinstance(value, list | tuple):
        return type(value)(fill(item, values, key) for item in value)
    if isinstance(value, dict):
        return {name: fill(item, values, name) for name, item in value.items()}
    return value


def _look_up(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise VariantError(f"variant(rng) returns no {name!r}. It returns: {', '.join(sorted(values)) or 'nothing'}.")
    return values[name]


def _write(value: Any, layout: str | None) -> str:
    try:
        return format(value, layout or "")
    except (TypeError, ValueError) as error:
        raise VariantError(f"{value!r} can't be written as {layout!r}: {error}.") from error


def _draw(source: str, seed: str) -> dict[str, Any]:
    space: dict[str, Any] = {"math": math, "Fraction": Fraction}
    try:
        exec(compile(source, "<variants>", "exec"), space)  # noqa: S102 - by authors, not by learners
        function: Callable[[random.Random], Any] = space["variant"]
        values = function(random.Random(seed))  # noqa: S311 - the same for everybody
    except KeyError as error:
        raise VariantError(f"variants defines no {error}. Write def variant(rng): return {{…}}.") from error
    except Exception as error:
        raise VariantError(f"variants fails: {type(error).__name__}: {error}.") from error
    if not isinstance(values, dict) or not all(isinstance(name, str) and name.isidentifier() for name in values):
        raise VariantError("variant(rng) returns a dict of names and values. Write return {'n': n, …}.")
    return {name: _plain(name, value) for name, value in values.items()}


def _plain(name: str, value: Any) -> Any:
    """What is drawn is stored and sent as JSON: numbers, texts, and lists of them."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, list | tuple):
        return [_plain(name, item) for item in value]
    raise VariantError(f"{name!r} is {value!r}. Return numbers, texts and lists of them.")
