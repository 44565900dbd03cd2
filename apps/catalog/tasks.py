"""What the catalogue does by the clock: call a service."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from . import links


@shared_task(name=links.TASK)
def look_at_links() -> None:
    """Beat's turn: a few of the resources' links."""
    links.look_at_some(timezone.now())
