"""The messages of hand-ins. The broker is only a bell (studyhub/bell.py): the reconciler finds what was not heard."""

from __future__ import annotations

from django.db import transaction

from studyhub.bell import send as send

RELEASE_TASK = "submissions.release_runs"
GRADE_TASK = "submissions.grade_run"
REGRADE_TASK = "submissions.regrade"


def send_on_commit(name: str, *arguments: object) -> None:
    """Send a message to the control side once the transaction has been committed."""

    def ring() -> None:
        send(name, *arguments)

    transaction.on_commit(ring)
