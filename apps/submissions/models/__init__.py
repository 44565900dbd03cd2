"""The rows of hand-ins, by what they are about."""

from .boards import LeaderboardEntry
from .handins import CheckResult, Run, Submission, SubmittedNotebook, Transition
from .operations import QueueGate, Runner
from .regrades import Regrade, RegradeItem
from .reviewing import AttemptGrant, Comment, Override, Standing

__all__ = [
    "AttemptGrant",
    "CheckResult",
    "Comment",
    "LeaderboardEntry",
    "Override",
    "QueueGate",
    "Regrade",
    "RegradeItem",
    "Run",
    "Runner",
    "Standing",
    "Submission",
    "SubmittedNotebook",
    "Transition",
]
