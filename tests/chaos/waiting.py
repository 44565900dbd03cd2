"""What is waited for, while the database may be away."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
from django.db import DatabaseError, close_old_connections

from apps.submissions.constants import FINAL_STATES
from apps.submissions.models import Run


def unfinished() -> int:
    """Runs that have not ended."""
    close_old_connections()
    return Run.objects.exclude(state__in=FINAL_STATES).count()


def wait_for(condition: Callable[[], object], what: str, seconds: float) -> None:
    """Returns once `condition` holds; raises TimeoutError where it does not in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(DatabaseError, psycopg.Error):
            if condition():
                return
        time.sleep(0.2)
    raise TimeoutError(f"Not within {seconds:g} s: {what}")
