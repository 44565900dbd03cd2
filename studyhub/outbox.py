"""What is to be delivered by mail or to a webhook: a row, written in the transaction of what it tells of, sent later.

A worker claims a row by a conditional UPDATE that counts the try, sends outside any transaction, and writes down what
came of it by another one under the same try: of two workers one sends. Whoever dies in between is found by the clock,
and the row is sent again: at least once to whom it is for, counted once here.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import models
from django.db.models import Q
from django.utils import timezone
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

LEASE_S = 180  # longer than a try takes: then whoever claimed it is dead
JITTER = 0.2
ERROR_LENGTH = 500


class State(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


class OutboxQuerySet(models.QuerySet[Any]):
    """Questions about deliveries."""

    def due(self, now: datetime) -> OutboxQuerySet:
        """Those whose time has come, and those whose worker died; the longest due first."""
        dead = Q(state=State.SENDING, claimed_at__lt=now - timedelta(seconds=LEASE_S))
        return self.filter(Q(state=State.WAITING, next_try_at__lte=now) | dead).order_by("next_try_at", "pk")

    def open(self) -> OutboxQuerySet:
        """Those that may still be sent."""
        return self.filter(state__in=[State.WAITING, State.SENDING])


class OutboxRow(models.Model):
    """One thing to deliver; what it is stands in the model that is made of this."""

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=ERROR_LENGTH, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        """Whether it may still be sent."""
        return self.state in {State.WAITING, State.SENDING}

    def claim(self, now: datetime) -> bool:
        """Take it, and count the try; False where another worker has it, or it has ended."""
        seen = type(self)._default_manager.filter(pk=self.pk, state=self.state, tries=self.tries)
        if self.state == State.SENDING:
            seen = seen.filter(claimed_at=self.claimed_at)
        if seen.update(state=State.SENDING, tries=self.tries + 1, claimed_at=now) != 1:
            return False
        self.state, self.tries, self.claimed_at = State.SENDING, self.tries + 1, now
        return True

    def sent(self, now: datetime) -> bool:
        """It has arrived. False where this try was taken for dead and somebody else has the row."""
        return self._end(state=State.SENT, ended_at=now, last_error="")

    def failed(self, now: datetime, error: str, waits: Sequence[float], *, final: bool = False) -> bool:
        """It has not: wait as long as `waits` says after this try, in seconds, give or take; after the last, give up.

        False as for `sent`.
        """
        error = error[:ERROR_LENGTH]
        if final or self.tries > len(waits):
            return self._end(state=State.FAILED, ended_at=now, last_error=error)
        wait = waits[self.tries - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        return self._end(state=State.WAITING, next_try_at=now + timedelta(seconds=wait), last_error=error)

    def _end(self, **changes: Any) -> bool:
        mine = type(self)._default_manager.filter(pk=self.pk, state=State.SENDING, tries=self.tries)
        if mine.update(claimed_at=None, **changes) != 1:
            logger.warning("%s %s was sent by somebody else meanwhile", type(self).__name__, self.pk)
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        return True


@contextmanager
def turn(name: str, seconds: int) -> Iterator[bool]:
    """Whether it is this worker's turn to send: one is enough, and a server that hangs then holds up one worker alone.

    Only that: nothing is sent twice without it either, so a cache that is out of reach lets everybody have it.
    """
    key = f"outbox:{name}"
    try:
        mine = cache.add(key, 1, seconds)
    except (RedisError, OSError):
        logger.warning("The cache can't be reached: nobody knows whose turn it is")
        yield True
        return
    try:
        yield mine
    finally:
        if mine:
            cache.delete(key)
