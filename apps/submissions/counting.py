"""What a run's moves add to the site's figures (studyhub/tally.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyhub import tally

from .constants import FINAL_STATES, State

if TYPE_CHECKING:
    from datetime import datetime

    from .models import Run


def note_move(run: Run) -> None:
    """Called after each move, within its transaction: counted once that is committed."""
    tallied = tally.Tallied()
    if run.state == State.RUNNING:
        _observe(tallied, "wait_seconds", run.queued_at, run.started_at, run.queue)
    elif run.state == State.GRADING:
        _observe(tallied, "run_seconds", run.started_at, run.grading_at, run.queue)
    elif run.state in FINAL_STATES:
        tallied.count("runs_ended", run.queue, run.verdict or run.state)
        if run.state == State.DONE:
            _observe(tallied, "grading_seconds", run.grading_at, run.finished_at)
    tallied.write()


def _observe(tallied: tally.Tallied, name: str, began: datetime | None, ended: datetime | None, *labels: str) -> None:
    if began and ended:
        tallied.observe(name, (ended - began).total_seconds(), *labels)
