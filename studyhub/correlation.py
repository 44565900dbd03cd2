"""What a piece of work is known by goes with each Celery message, to the other side and back. Imports no Django.

Both Celery apps import this module, which connects its signals.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from structlog.contextvars import clear_contextvars

from studyhub import logs, sentry

HEADER = "studyhub_ids"


@setup_logging.connect  # type: ignore[untyped-decorator]
def log_as_everywhere(loglevel: int | None = None, **kwargs: Any) -> None:
    """Called by Celery at the start, instead of its own set-up: the lines of workers look like all others."""
    logs.start(logging.getLevelName(loglevel) if loglevel else "")
    sentry.start()


@before_task_publish.connect  # type: ignore[untyped-decorator]
def hand_on(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    """Called for each message that is sent."""
    if headers is not None and (ids := logs.current()):
        headers[HEADER] = ids


@task_prerun.connect  # type: ignore[untyped-decorator]
def take_up(task: Any, **kwargs: Any) -> None:
    """Called before each task: from here on its lines say whose work it is."""
    clear_contextvars()
    logs.bind(**logs.sound(getattr(task.request, HEADER, None)))


@task_postrun.connect  # type: ignore[untyped-decorator]
def let_go(**kwargs: Any) -> None:
    """Called after each task: what the process does next is something else."""
    clear_contextvars()
