"""Waiting for something new on behalf of a caller. Whoever waits holds a thread of the server, so only so many may."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from django.db import connection

from studyhub import env

LONGEST_S = 20
EVERY_S = 0.5
# One person's calls that may wait at once, in one process.
EACH = 2


class Places:
    """Places to wait in, for this process: `total` of them, and `each` for one person."""

    def __init__(self, total: int, each: int) -> None:
        self.total, self.each = total, each
        self._taken: Counter[int] = Counter()
        self._lock = Lock()

    @contextmanager
    def place(self, whose: int) -> Iterator[bool]:
        """Hold a place while the block runs; False where there is none, at once."""
        with self._lock:
            free = self._taken.total() < self.total and self._taken[whose] < self.each
            self._taken[whose] += free
        try:
            yield free
        finally:
            with self._lock:
                self._taken[whose] -= free
                self._taken += Counter()  # those who hold none are forgotten


# Half of the threads stay free for pages.
PLACES = Places(max(1, env.integer("STUDYHUB_WEB_THREADS", 8, minimum=1) // 2), EACH)


def changes(look: Callable[[], Any], seconds: float) -> Iterator[None]:
    """Look again and again for that long, and come back each time that something else is seen."""
    until = time.monotonic() + seconds
    seen = look()
    while (left := until - time.monotonic()) > 0:
        pause(min(EVERY_S, left))
        if (found := look()) != seen:
            seen = found
            yield


def pause(seconds: float) -> None:
    """Let others have the thread's database connection, and wait."""
    if not connection.in_atomic_block:
        connection.close()
    time.sleep(seconds)
