"""What changes quizzes and answers. An answer is given once: a conditional UPDATE whose count is checked."""

from .sync import SyncReport, sync_quizzes
from .taking import finish, give_answer, note_shown, settle, start, take_hint

__all__ = ["SyncReport", "finish", "give_answer", "note_shown", "settle", "start", "sync_quizzes", "take_hint"]
