"""What the runs of a regrade come to: noted on its items, and nowhere else before it is applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef

from ..constants import RegradeState, State, Verdict
from ..models import Regrade, RegradeItem, Run

FAULT = "It could not be run again: a fault of ours."
STOPPED = "Its run was stopped."


def trial_ended(run: Run, *, checks: Sequence[dict[str, Any]] = (), entry: dict[str, float] | None = None) -> None:
    """Note on its item what a trial came to; nothing for any other run. In the transaction of the run's last move."""
    if not run.trial:
        return
    item = RegradeItem.objects.filter(trial=run, applied=False).first()
    if item is None:
        return
    if run.state == State.CANCELLED or run.verdict == Verdict.PLATFORM_ERROR:
        found: dict[str, Any] = {"problem": STOPPED if run.state == State.CANCELLED else FAULT}
    else:
        found = findings(score=run.score, max_score=run.max_score, verdict=run.verdict, checks=checks, entry=entry)
    # What had failed and was queued again by staff may have a score after all.
    RegradeItem.objects.filter(pk=item.pk, applied=False).update(**({"problem": ""} | found))
    close_if_compared(item.regrade_id)


def findings(
    *,
    score: float | None,
    max_score: float,
    verdict: str,
    checks: Sequence[dict[str, Any]],
    entry: dict[str, float] | None,
) -> dict[str, Any]:
    """The fields of an item that has been compared."""
    return {
        "new_score": score,
        "new_max": max_score,
        "new_verdict": verdict,
        "new_checks": list(checks),
        "new_entry": entry or {},
    }


def close_if_compared(regrade_id: int) -> bool:
    """Make a regrade ready to look at once nothing of it waits; False where something does, or it was ready before."""
    waiting = RegradeItem.objects.filter(regrade=OuterRef("pk")).waiting()
    standing = Regrade.objects.filter(~Exists(waiting), pk=regrade_id, state=RegradeState.COMPARING)
    return bool(standing.update(state=RegradeState.READY))
