"""Expressions at the sandbox: sent to a runner, compared when its values come back, sent again when they don't."""

from __future__ import annotations

import logging
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.events import QUIZ_SCORED, Event, publish
from apps.accounts.notifications import speaking_to
from apps.quizzes.constants import AnswerState
from apps.quizzes.equality import EqualityError, decide, pose
from apps.quizzes.models import Answer
from apps.quizzes.results import Score, Undecided, Unreadable
from apps.quizzes.scoring import score
from apps.quizzes.services.reviews import note_answer
from studyhub import bell, broker

logger = logging.getLogger(__name__)
# What is not answered for is sent again, each time after twice as long, up to an hour or so.
DOUBLINGS = 7
AT_ONCE = 50
# So many checks without an outcome are days: then the formula itself is what no runner can take.
MOST_CHECKS = 50


def fresh() -> dict[str, Any]:
    """What an answer that is about to be compared needs."""
    # Counted on, never anew: what an earlier formula's check brings home late must find another number.
    return {"check_nonce": secrets.token_hex(16), "checks": F("checks") + 1, "check_due_at": _patience(1)}


def _patience(checks: int) -> datetime:
    """Until when an answer to this check is waited for."""
    return timezone.now() + timedelta(seconds=settings.CHECK_LEASE_S * 2 ** min(checks - 1, DOUBLINGS))


def send_check(*, answer: Answer) -> None:
    """Send the formula and the points to a runner, once the transaction has been committed."""
    found = score(answer.variant, answer.response)
    if not isinstance(found, Undecided):
        raise ValueError(f"Answer {answer.pk} is no expression that could be compared.")
    try:
        task = pose(answer.variant, found, answer.check_nonce)
    except EqualityError:
        logger.exception("The question of answer %s can't be compared with anything", answer.pk)
        _give_back(answer, _not_compared(answer))
        return
    arguments = (answer.pk, answer.checks, task)
    transaction.on_commit(lambda: bell.send(broker.JUDGE_TASK, *arguments, queue=broker.CPU_QUEUE))


def accept_outcome(*, answer_id: int, check: int, outcome: Any) -> bool:
    """What a runner found; False for one of a check that has been sent again since, or that is known already.

    Where the platform was at fault nothing changes: the check is sent again.
    """
    answer = Answer.objects.with_question().select_related("attempt", "user").filter(pk=answer_id, checks=check).first()
    if answer is None or answer.state != AnswerState.CHECKING:
        return False
    undecided = score(answer.variant, answer.response)
    found = None
    if isinstance(undecided, Undecided):
        with speaking_to(answer.user):
            found = decide(answer.variant, undecided, answer.check_nonce, outcome)
    if found is None:
        logger.error("The comparison of answer %s failed by our fault", answer_id)
        return False
    if isinstance(found, Unreadable):
        return _give_back(answer, found)
    return settle(answer=answer, found=found)


def settle(*, answer: Answer, found: Score) -> bool:
    """What the comparison of an expression came to; False where that is known already."""
    changed = Answer.objects.filter(pk=answer.pk, state=AnswerState.CHECKING).update(**scored(found))
    if changed and answer.attempt_id:
        answer.refresh_from_db()
        note_answer(answer=answer)
        publish(Event(QUIZ_SCORED, learner=answer.user_id, quiz=answer.attempt.quiz_id))
    return bool(changed)


def _not_compared(answer: Answer) -> Unreadable:
    with speaking_to(answer.user):
        said = _("We could not compare this formula, which is our fault. Write it in another form, or come back later.")
    return Unreadable(said)


def _give_back(answer: Answer, found: Unreadable) -> bool:
    """Let the learner answer anew; where the attempt has ended meanwhile there is no more time for that."""
    if answer.attempt_id and answer.attempt.has_ended:
        return settle(answer=answer, found=Score(share=0.0, message=found.message, understood=answer.understood))
    open_again = {"state": AnswerState.OPEN, "message": found.message, "answered_at": None, "understood": ""}
    return bool(Answer.objects.filter(pk=answer.pk, state=AnswerState.CHECKING).update(**open_again))


def scored(found: Score) -> dict[str, Any]:
    """A score as an answer's columns."""
    return {
        "state": AnswerState.SCORED,
        "share": min(1.0, max(0.0, found.share)),
        "message": found.message,
        "understood": found.understood,
        "parts": [asdict(part) for part in found.parts],
        "chosen": list(found.chosen),
    }


def recheck_stale(*, now: datetime | None = None) -> int:
    """Send what nobody answered for once more; returns how many. The count of checks is the lock."""
    sent = 0
    for answer in Answer.objects.lost_check(now or timezone.now()).with_question().select_related("user")[:AT_ONCE]:
        if answer.checks >= MOST_CHECKS:
            _give_back(answer, _not_compared(answer))
            continue
        again = answer.checks + 1
        mine = Answer.objects.filter(pk=answer.pk, state=AnswerState.CHECKING, checks=answer.checks)
        if mine.update(checks=again, check_due_at=_patience(again)):
            answer.checks = again
            send_check(answer=answer)
            sent += 1
    return sent
