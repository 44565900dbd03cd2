"""What the control side does on a message: load by id, call a service. Names are those of studyhub/broker.py."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.quizzes import services
from studyhub import broker


@shared_task(name=broker.JUDGED_TASK)
def accept_outcome(answer: int, check: int, outcome: dict[str, Any]) -> None:
    """A runner has evaluated a formula."""
    services.accept_outcome(answer_id=answer, check=check, outcome=outcome)


@shared_task(name="quizzes.recheck_stale")
def recheck_stale() -> None:
    """Beat's turn: comparisons that nobody answered for are found here."""
    services.recheck_stale()
