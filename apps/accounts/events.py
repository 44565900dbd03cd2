"""What happens to somebody's work, for whoever wants to know: apps above listen, those below needn't know them.

Listeners are called in the transaction of what happened: what they write is there if it is, and not otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """`kind` happened to the work of the user with the key `learner` at an exercise, or at a quiz.

    `facts` tells what is to be said of it, as JSON takes it; addresses in it are paths. It is called where somebody
    wants to know, because it costs queries.
    """

    kind: str
    learner: int
    exercise: int | None = None
    facts: Callable[[], dict[str, Any]] = dict
    quiz: int | None = None


# Of a quiz: an attempt has ended, or a part of it was scored afterwards.
QUIZ_SCORED = "quiz.scored"
Listener = Callable[[Event], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Called when an app is ready: `listener` hears of every event from then on."""
    if listener not in _listeners:
        _listeners.append(listener)


def publish(event: Event) -> None:
    """In the transaction of what happened: tell those who listen."""
    for listener in _listeners:
        listener(event)
