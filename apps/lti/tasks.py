"""What LTI does on a message and by the clock: call a service."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from . import passing, roster
from .services import clear_old


@shared_task(name=passing.TASK)
def pass_back() -> None:
    """Something was graded; beat asks once a minute for what was not heard of."""
    passing.collect(timezone.now())
    passing.send_due()


@shared_task(name="lti.sync")
def sync() -> None:
    """Beat's turn: who is in the platforms' courses, and what is old goes."""
    now = timezone.now()
    roster.sync_due(now)
    passing.clear_old(now)
    clear_old(now)
