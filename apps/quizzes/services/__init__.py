"""What changes quizzes and answers. An answer is given once: a conditional UPDATE whose count is checked."""

from .reviews import next_review, note_answer, suspend, undo_last
from .sync import SyncReport, sync_quizzes
from .taking import finish, give_answer, note_shown, settle, start, take_hint

__all__ = [
    "SyncReport",
    "finish",
    "give_answer",
    "next_review",
    "note_answer",
    "note_shown",
    "settle",
    "start",
    "suspend",
    "sync_quizzes",
    "take_hint",
    "undo_last",
]
