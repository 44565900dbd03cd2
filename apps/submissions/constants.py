"""The words of a run's life, each with one meaning. Where a run is (state) and what it got (verdict) are two fields."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from apps.runner.contract import Outcome


class State(TextChoices):
    """Where a run is. A queued run with `released_at` set has been handed to the broker."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    GRADING = "grading", _("Being graded")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Verdict(TextChoices):
    """What a run that is done came to; empty until then."""

    PASSED = "passed", _("Passed")
    PARTIAL = "partial", _("Partly right")
    FAILED = "failed", _("Not right yet")
    LEARNER_ERROR = "learner_error", _("Stopped by an error")
    TIMED_OUT = "timed_out", _("Out of time")
    OUT_OF_MEMORY = "out_of_memory", _("Out of memory")
    OUTPUT_TOO_LARGE = "output_too_large", _("Too much output")
    DISK_FULL = "disk_full", _("Disk full")
    TOO_MANY_PROCESSES = "too_many_processes", _("Too many processes")
    PLATFORM_ERROR = "platform_error", _("Our fault")


def verdict_for(points: float, most: float) -> Verdict:
    """What a score alone comes to."""
    if points >= round(most, 2):
        return Verdict.PASSED
    return Verdict.PARTIAL if points > 0 else Verdict.FAILED


class Lane(IntegerChoices):
    """Which runs go first: the lower number. A regrade of a whole group never delays a learner."""

    LIVE = 0, "live"
    REGRADE = 1, "regrade"


class Files(TextChoices):
    """What is left of a run in the run store."""

    ALL = "all", "all files"
    NOTEBOOK = "notebook", "the executed notebook"
    NONE = "none", "nothing"


class RegradeState(TextChoices):
    """Where a regrade is."""

    COMPARING = "comparing", _("Being compared")
    READY = "ready", _("Ready to look at")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    DISCARDED = "discarded", _("Discarded")


FINAL_STATES = frozenset({State.DONE, State.CANCELLED})

# Every move there is. To stay where one is (a message sent again, a grading restarted) is listed too: it is recorded.
MOVES: frozenset[tuple[State, State]] = frozenset(
    {
        (State.QUEUED, State.QUEUED),
        (State.QUEUED, State.RUNNING),
        (State.QUEUED, State.DONE),
        (State.QUEUED, State.CANCELLED),
        (State.RUNNING, State.QUEUED),
        (State.RUNNING, State.GRADING),
        (State.RUNNING, State.DONE),
        (State.RUNNING, State.CANCELLED),
        (State.GRADING, State.GRADING),
        (State.GRADING, State.DONE),
        # A regrade that is applied.
        (State.DONE, State.DONE),
        # Only by staff, and only where there is no score to lose.
        (State.DONE, State.QUEUED),
        (State.CANCELLED, State.QUEUED),
    }
)

# Ends that the learner's notebook brought about before there was anything to compare: they score nothing.
UNGRADED_OUTCOMES: dict[Outcome, Verdict] = {
    Outcome.TIMED_OUT: Verdict.TIMED_OUT,
    Outcome.OUT_OF_MEMORY: Verdict.OUT_OF_MEMORY,
    Outcome.OUTPUT_TOO_LARGE: Verdict.OUTPUT_TOO_LARGE,
    Outcome.DISK_FULL: Verdict.DISK_FULL,
    Outcome.TOO_MANY_PROCESSES: Verdict.TOO_MANY_PROCESSES,
}

# How often a run may lose its message while others of its queue are taken up.
LOST_STARTS = 20
# What a run may take beyond its own time limit: starting, the probes, packing up its result.
RUN_MARGIN_S = 60.0
# A learner's hand-ins that may wait or run at the same time.
UNFINISHED_PER_LEARNER = 10
# Runs whose files one pass of the reconciler clears away at most: it has more urgent things to do.
CLEARED_PER_PASS = 20
# Learners' exercises that it looks through for notebooks that are outdone.
TIDIED_PER_PASS = 100
# A runner's worker reports every 10 s: silent for longer than this, it counts for nothing; after a day it is forgotten.
RUNNER_SILENT_S = 45.0
RUNNER_FORGOTTEN_S = 24 * 3600.0
# Past its lease for longer than this, a run should have been found by the reconciler several times.
STUCK_S = 60.0
