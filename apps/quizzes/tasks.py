"""What the control side does on a message: load by id, call a service. Names are those of studyhub/broker.py."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.quizzes import services
from apps.quizzes.services import fits
from studyhub import broker


@shared_task(name=broker.JUDGED_TASK)
def accept_outcome(answer: int, check: int, outcome: dict[str, Any]) -> None:
    """A runner has evaluated a formula."""
    services.accept_outcome(answer_id=answer, check=check, outcome=outcome)


@shared_task(name="quizzes.recheck_stale")
def recheck_stale() -> None:
    """Beat's turn: comparisons that nobody answered for are found here."""
    services.recheck_stale()


@shared_task(name="quizzes.refit_due")
def refit_due() -> None:
    """Beat's turn, once a day: whose reviews have become enough, or many more, to fit a schedule to them."""
    if users := services.refit_due():
        refit.delay(users)


@shared_task(name="quizzes.refit", soft_time_limit=fits.LONGEST_S + 30)
def refit(users: list[int]) -> None:
    """Fit the schedule of the first of these learners; the others come after whatever else is in the queue."""
    services.refit(user_id=users[0])
    if users[1:]:
        refit.delay(users[1:])
