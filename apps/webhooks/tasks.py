"""What webhooks do on a message and by the clock: call a service."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from . import listening, sending


@shared_task(name=listening.DELIVER_TASK)
def deliver() -> None:
    """Something is to be sent; beat asks once a minute for what was not heard of."""
    sending.send_due()


@shared_task(name="webhooks.announce")
def announce() -> None:
    """Beat's turn: what is due within a day is written down, and what is old goes."""
    now = timezone.now()
    listening.announce_due(now)
    sending.clear_old(now)
