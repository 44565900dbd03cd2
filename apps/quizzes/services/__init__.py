"""What changes quizzes and answers. An answer is given once: a conditional UPDATE whose count is checked."""

from .checks import accept_outcome, recheck_stale, settle
from .fits import refit, refit_due
from .reviews import next_review, note_answer, suspend, undo_last
from .sync import SyncReport, sync_quizzes
from .taking import finish, give_all, give_answer, keep_draft, note_shown, start, take_hint

__all__ = [
    "SyncReport",
    "accept_outcome",
    "finish",
    "give_all",
    "give_answer",
    "keep_draft",
    "next_review",
    "note_answer",
    "note_shown",
    "recheck_stale",
    "refit",
    "refit_due",
    "settle",
    "start",
    "suspend",
    "sync_quizzes",
    "take_hint",
    "undo_last",
]
