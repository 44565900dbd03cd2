"""What the search does by the clock."""

from __future__ import annotations

from celery import shared_task

from . import keeping


@shared_task(name="search.mend")
def mend() -> None:
    """Beat's turn: the index follows whatever told nobody."""
    keeping.mend()
