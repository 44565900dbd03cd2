"""What changes a hand-in. Every move is a conditional UPDATE (states.py); whoever comes second changes nothing."""

from . import regrading
from .comments import comment
from .entries import choose_entry
from .handin import cancel, requeue, submit
from .reconcile import reconcile
from .release import release_runs
from .results import accept_result, grade_run, record_progress
from .reviewing import ReviewRefused, grant_attempts, keep_override, override, withdraw_override
from .runners import record_runner

__all__ = [
    "ReviewRefused",
    "accept_result",
    "cancel",
    "choose_entry",
    "comment",
    "grade_run",
    "grant_attempts",
    "keep_override",
    "override",
    "reconcile",
    "record_progress",
    "record_runner",
    "regrading",
    "release_runs",
    "requeue",
    "submit",
    "withdraw_override",
]
