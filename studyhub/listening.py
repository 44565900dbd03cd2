"""A worker that has stopped listening to its broker connects anew, on both sides of it.

With Redis, or the broker of files, a worker asks for messages only while it has fewer in hand than it may. What it
took and could not confirm, because the connection broke in just that moment, stays in hand for ever: full hands and
nothing to do. It then doesn't even notice that its connection is gone (celery/celery#8091 and others look like this).
"""

from __future__ import annotations

import logging
from typing import Any

from celery import Celery, bootsteps
from celery.worker import state

logger = logging.getLogger(__name__)
LOOK_S = 3.0
# Between taking a message and beginning with it there may be a moment with nothing to do.
LOOKS = 2


class Listening(bootsteps.StartStopStep):  # type: ignore[misc]
    """Looks every LOOK_S seconds whether the worker can hear, for as long as one connection lasts."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self.entry: Any = None
        self.deaf = 0

    def start(self, consumer: Any) -> None:
        """Called whenever the worker has connected."""
        self.stop(consumer)
        self.deaf = 0
        self.entry = consumer.timer.call_repeatedly(LOOK_S, self.look, (consumer,))

    def stop(self, consumer: Any) -> None:
        """Called when the connection is gone, or the worker ends."""
        if self.entry is not None:
            self.entry.cancel()
            self.entry = None

    def look(self, consumer: Any) -> None:
        """Called by the timer. Raises what the transport raises for a lost connection: then the worker connects."""
        self.deaf = self.deaf + 1 if is_deaf(consumer) else 0
        if self.deaf >= LOOKS:
            logger.error("This worker holds messages that it has dealt with, and hears no others: it connects anew")
            raise consumer.connection_errors[0]("The worker had stopped listening")


def is_deaf(consumer: Any) -> bool:
    """Whether it holds as many messages as it may, none of which is being worked on."""
    channel = getattr(consumer.task_consumer, "channel", None)
    qos = getattr(channel, "qos", None)
    may_take = getattr(qos, "can_consume", None)
    return may_take is not None and not may_take() and not state.reserved_requests


def listen(app: Celery) -> None:
    """Called once for each app whose workers are to look after themselves."""
    app.steps["consumer"].add(Listening)
