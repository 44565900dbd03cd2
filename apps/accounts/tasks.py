"""What is sent to people: call a service."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from . import leaving, mails, packing


@shared_task(name=mails.DELIVER_TASK)
def deliver() -> None:
    """A mail is to be sent; beat asks once a minute for what was not heard of, and what is old goes."""
    mails.send_due()
    mails.clear_old(timezone.now())


@shared_task(name=packing.TASK)
def pack() -> None:
    """Somebody asked for their data; beat asks once a minute for what was not heard of."""
    packing.pack_due(timezone.now())


@shared_task(name="accounts.tidy")
def tidy() -> None:
    """Beat's turn: exports whose day is over go, and accounts whose week is."""
    now = timezone.now()
    packing.clear(now)
    leaving.erase_due(now)
