"""What changes a hand-in. Every move is a conditional UPDATE (states.py); whoever comes second changes nothing."""

from .entries import choose_entry
from .handin import cancel, requeue, submit
from .reconcile import reconcile
from .release import release_runs
from .results import accept_result, grade_run, record_progress
from .runners import record_runner

__all__ = [
    "accept_result",
    "cancel",
    "choose_entry",
    "grade_run",
    "reconcile",
    "record_progress",
    "record_runner",
    "release_runs",
    "requeue",
    "submit",
]
