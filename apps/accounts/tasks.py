"""What is sent to people: call a service."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from . import mails


@shared_task(name=mails.DELIVER_TASK)
def deliver() -> None:
    """A mail is to be sent; beat asks once a minute for what was not heard of, and what is old goes."""
    mails.send_due()
    mails.clear_old(timezone.now())
