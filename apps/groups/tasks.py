"""What groups do by the clock: call a service."""

from __future__ import annotations

from celery import shared_task

from . import reminders


@shared_task(name="groups.remind")
def remind() -> None:
    """Beat's turn, once an hour: whoever has a morning now is reminded."""
    reminders.send_due()
