"""When to meet a question again: FSRS, the Free Spaced Repetition Scheduler, by its own library. Imports no Django.

Source: J. Ye, J. Su, Y. Cao, "A Stochastic Shortest Path Algorithm for Optimizing Spaced Repetition Scheduling",
KDD 2022; parameters and formulas as in the library `fsrs`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fsrs import Card, Rating, Scheduler

# The share of cards that should still be known when they come up.
DESIRED_RETENTION = 0.9
LONGEST_DAYS = 365
# An answer that took longer than this was no quick one.
QUICK_S = 15.0
HALF = 0.5


def scheduler(parameters: Sequence[float] = ()) -> Scheduler:
    """The scheduler: the first repetition is days away already, for a quiz is no vocabulary drill."""
    options: dict[str, Any] = {"parameters": tuple(parameters)} if parameters else {}
    return Scheduler(
        desired_retention=DESIRED_RETENTION,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
        **options,
    )


def meet(
    memory: dict[str, Any] | None, rating: int, at: datetime, parameters: Sequence[float] = ()
) -> tuple[dict[str, Any], datetime]:
    """The memory after one more meeting with this rating (1 to 4), and when the next is due. None: the first one."""
    card = Card.from_json(json.dumps(memory)) if memory else Card(card_id=0, due=at)
    after, _ = scheduler(parameters).review_card(card, Rating(rating), at)
    return json.loads(after.to_json()), after.due


def rating_for(share: float, certainty: str, seconds: float | None, hints_taken: int) -> int:
    """The rating that an answer suggests: the learner may choose another.

    Wrong is `again`. What was half right, guessed, or found with a hint is `hard`; sure and quick is `easy`.
    """
    if share < HALF:
        return 1
    if share < 1 or certainty == "guess" or hints_taken:
        return 2
    return 4 if certainty == "sure" and seconds is not None and seconds <= QUICK_S else 3
