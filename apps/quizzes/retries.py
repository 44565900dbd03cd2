"""A question asked again looks different from the last time: other numbers, or another order. Imports no Django."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.quizzes.kinds import AnyQuestion
from apps.quizzes.variants import vary
from apps.quizzes.view import public_view

__all__ = ["fresh_seed", "picture"]

# Two options stand in the same order every second time; after so many draws a question has one picture only.
DRAWS = 12


def picture(quiz: str, question: AnyQuestion, seed: int) -> tuple[Any, ...]:
    """What a learner sees of a variant: its texts in their order, without the ids, which differ from seed to seed."""
    view = public_view(vary(quiz, question, seed))
    listed = (view.options, view.left, view.right, view.lines)
    texts = [tuple(choice.text for choice in choices) for choices in listed]
    return view.prompt, view.code, view.cells, *texts, tuple(region.name for region in view.regions)


def fresh_seed(quiz: str, question: AnyQuestion, last: int | None, draw: Callable[[], int]) -> int:
    """A seed from `draw` whose variant looks different from that of the seed `last`, where there is such a one."""
    seed = draw()
    if last is None:
        return seed
    seen = picture(quiz, question, last)
    for _ in range(DRAWS):
        if picture(quiz, question, seed) != seen:
            break
        seed = draw()
    return seed
