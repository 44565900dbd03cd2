"""How far a learner is with each exercise, in a word: see apps.catalog.reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyhub.prepared import PreparedRead

from .constants import FINAL_STATES, Verdict
from .models import Standing

if TYPE_CHECKING:
    from apps.accounts.models import User


STANDINGS = PreparedRead(
    lambda user: Standing.objects.filter(user=user).values_list(
        "exercise_id", "passed_at", "best_share", "latest_state", "latest_verdict"
    )
)


def reached(user: User) -> dict[int, str]:
    """By exercise: passed once it was, what is under way, else the best that came of it (one query)."""
    found = {}
    for exercise, passed, share, state, verdict in STANDINGS.rows(user.pk):
        if passed:
            found[exercise] = Verdict.PASSED.value
        elif state not in FINAL_STATES:
            found[exercise] = state
        elif share:
            found[exercise] = Verdict.PARTIAL.value
        elif verdict:
            found[exercise] = verdict
    return found
