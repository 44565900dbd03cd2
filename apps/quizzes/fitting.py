"""FSRS's parameters fitted to one learner's reviews, and whether they predict better. Imports no Django.

    python -m apps.quizzes.fitting < log.json > fit.json

A process of its own, because the library's optimiser brings torch along, which no worker should keep in memory.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from fsrs import Card, Rating, ReviewLog
from fsrs.scheduler import DEFAULT_PARAMETERS

from apps.quizzes.memory import scheduler

__all__ = ["HELD_OUT", "MIN_FITTED", "MIN_REPEATED", "Fit", "Met", "fit", "log_loss", "missing"]

# The optimiser takes a step after each 512 repeated meetings, and returns its defaults where there are fewer. A fifth,
# the latest, is kept out to judge the result by.
MIN_FITTED = 512
HELD_OUT = 0.2
MIN_REPEATED = math.ceil(MIN_FITTED / (1 - HELD_OUT))
# What the optimiser imports beside fsrs itself.
NEEDED = ("torch", "pandas", "tqdm")
# Whoever waits for a page comes first.
NICE = 10
# No prediction is taken to be surer than this: a single surprise must not weigh without bound.
SUREST = 0.9999


@dataclass(frozen=True)
class Met:
    """One meeting with a card: which, the rating (1 to 4), and when, in seconds since 1970."""

    card: int
    rating: int
    at: float

    @property
    def when(self) -> datetime:
        """The time as FSRS wants it."""
        return datetime.fromtimestamp(self.at, UTC)


@dataclass(frozen=True)
class Fit:
    """What is used from now on; no parameters: the library's own. The losses are those of the reviews kept out."""

    parameters: tuple[float, ...]
    reviews: int
    loss: float
    default_loss: float


def missing() -> list[str]:
    """What has to be installed before anything can be fitted."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def fit(met: Iterable[Met], current: Sequence[float] = ()) -> Fit | None:
    """The best of the library's parameters, those in use (`current`) and new ones; None where reviews are too few.

    1. The latest fifth of the repeated meetings is kept out. 2. New parameters are fitted to what was before. 3. Of all
    three those are taken that predict best what was kept out; new ones only where they predict the whole log better
    than the library's, too.
    """
    log = sorted(met, key=lambda one: one.at)
    repeated = [one.at for one, _ in predictions(log)]
    if len(repeated) < MIN_REPEATED:
        return None
    cut = repeated[math.ceil(len(repeated) * (1 - HELD_OUT)) - 1]
    found = optimise([one for one in log if one.at <= cut])
    default_loss = log_loss(log, since=cut)
    rivals: dict[tuple[float, ...], float] = {(): default_loss}
    if current:
        rivals[tuple(current)] = log_loss(log, current, since=cut)
    if log_loss(log, found) < log_loss(log):
        rivals[found] = log_loss(log, found, since=cut)
    best = min(rivals, key=lambda parameters: rivals[parameters])
    return Fit(best, len(repeated), rivals[best], default_loss)


def optimise(log: Sequence[Met]) -> tuple[float, ...]:
    """What the library's optimiser makes of the log. Raises ImportError where `missing` names something."""
    from fsrs import Optimizer

    logs = [ReviewLog(one.card, Rating(one.rating), one.when, None) for one in log]
    return tuple(round(number, 6) for number in Optimizer(logs).compute_optimal_parameters())


def predictions(log: Iterable[Met], parameters: Sequence[float] = ()) -> list[tuple[Met, float]]:
    """Each repeated meeting that was a day or more after the one before, with the predicted chance to remember."""
    model = scheduler(parameters or DEFAULT_PARAMETERS)
    cards: dict[int, Card] = {}
    found = []
    for one in sorted(log, key=lambda one: one.at):
        card = cards.get(one.card) or Card(card_id=one.card, due=one.when)
        if card.last_review and (one.when - card.last_review).days > 0:
            found.append((one, model.get_card_retrievability(card, one.when)))
        cards[one.card], _ = model.review_card(card, Rating(one.rating), one.when)
    return found


def log_loss(log: Iterable[Met], parameters: Sequence[float] = (), since: float = -math.inf) -> float:
    """The mean of -ln(the chance that was given to what happened) over repeated meetings after `since`, in nats."""
    losses = []
    for one, chance in predictions(log, parameters):
        if one.at > since:
            bounded = min(max(chance, 1 - SUREST), SUREST)
            losses.append(-math.log(bounded if one.rating > 1 else 1 - bounded))
    return sum(losses) / len(losses) if losses else math.inf


def main() -> None:
    """The program: {"met": [[card, rating, seconds], …], "current": […]} comes in; a Fit or null goes out, as JSON."""
    os.nice(NICE)
    task: dict[str, Any] = json.load(sys.stdin)
    found = fit([Met(*one) for one in task["met"]], task["current"])
    json.dump(asdict(found) if found else None, sys.stdout)


if __name__ == "__main__":
    main()
