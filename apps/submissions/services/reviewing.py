"""What people add to a hand-in: a score by hand, further attempts. On record, and the learner is told."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts import audit
from apps.accounts.notifications import notify

from ..access import page_for
from ..messages import REVIEW
from ..models import AttemptGrant, Override, Run, Submission
from ..said import figure
from ..standings import refresh_of
from .publishing import graded

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.exercises.models import Exercise

REASON_LENGTH = 500
GRANTED_AT_ONCE = 20


class ReviewRefused(Exception):
    """An act on a hand-in that can't be done. `id` names the message in messages.REVIEW; the text says what to do."""

    def __init__(self, id: str, **facts: object) -> None:
        self.id = id
        super().__init__(_(REVIEW[id]).format(**facts))


def scored(run: Run) -> None:
    """In the transaction in which `run` got its score or another one: where its learner stands is brought up to date.

    Where a lead gave the hand-in a score, that one goes on counting. If the grader says something else now than it
    did then, the lead is asked to look again.
    """
    if run.trial:
        return
    given = Override.objects.filter(submission=run.submission, withdrawn_at__isnull=True).select_related("by").first()
    if given and (run.score, run.max_score) != (given.auto_points, given.max_points):
        asked = Override.objects.filter(pk=given.pk, second_look=False).update(second_look=True)
        if asked and given.by:
            told = partial(_second_look, run, given)
            notify([given.by], kind="score", text=told, url=page_for(given.by, run.submission))
    refresh_of(run)


def override(*, by: User, submission: Submission, points: float, reason: str, where: str = "") -> Override:
    """Give a hand-in a score: it counts from now on, whatever the grader says. An earlier one of anybody ends.

    `where` is the group in which it is done. Raises ReviewRefused.
    """
    reason = _reason(reason)
    _not_own(by, submission.user)
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=submission.pk)
        run = Run.objects.filter(submission=submission, trial=False).latest("queued_at", "pk")
        if not run.is_final:
            raise ReviewRefused("running")
        points = round(points, 2)
        if not (math.isfinite(points) and 0 <= points <= run.max_score):
            raise ReviewRefused("points", most=_number(run.max_score))
        _withdraw(submission, by)
        auto = run.score if run.counts() else None
        given = Override.objects.create(
            submission=submission, points=points, max_points=run.max_score, auto_points=auto, reason=reason, by=by
        )
        refresh_of(run)
        _tell(by, submission, act="override", did=f"Gave {given} points to", why=reason, where=where)
        graded(run, by="lead", score=points)
        facts = _facts(submission) | {"name": by, "reason": reason}
        notify(
            [submission.user],
            kind="score",
            naming=by,
            text=lambda: (
                _("%(name)s gave your hand-in %(number)s of %(exercise)s %(points)s points: %(reason)s")
                % (facts | {"points": _points(given.points, given.max_points)})
            ),
            url=submission.get_absolute_url(),
        )
    return given


def withdraw_override(*, by: User, submission: Submission, reason: str, where: str = "") -> bool:
    """Let the grader's score count again. False where nobody had given another one. Raises ReviewRefused."""
    reason = _reason(reason)
    _not_own(by, submission.user)
    with transaction.atomic():
        if not _withdraw(submission, by):
            return False
        refresh_of(submission.run)
        graded(submission.run)
        _tell(by, submission, act="override", did="Took back the score given to", why=reason, where=where)
        facts = _facts(submission) | {"reason": reason}
        notify(
            [submission.user],
            kind="score",
            text=lambda: (
                _("The grader's score counts again for your hand-in %(number)s of %(exercise)s: %(reason)s") % facts
            ),
            url=submission.get_absolute_url(),
        )
    return True


def keep_override(*, by: User, submission: Submission, where: str = "") -> bool:
    """After a second look the score stays. False where nobody was asked to look. Raises ReviewRefused."""
    _not_own(by, submission.user)
    with transaction.atomic():
        run = submission.run
        asked = Override.objects.filter(submission=submission, withdrawn_at__isnull=True, second_look=True)
        if not asked.update(second_look=False, auto_points=run.score):
            return False
        _tell(by, submission, act="override", did="Looked again at, and kept the score given to,", where=where)
    return True


def grant_attempts(
    *, by: User, user: User, exercise: Exercise, attempts: int, reason: str, where: str = ""
) -> AttemptGrant:
    """Give a learner further attempts at an exercise that has a limit. Raises ReviewRefused."""
    reason = _reason(reason)
    _not_own(by, user)
    if exercise.current_version is None or exercise.current_version.manifest.get("attempts") is None:
        raise ReviewRefused("no-limit", exercise=exercise)
    if not 1 <= attempts <= GRANTED_AT_ONCE:
        raise ReviewRefused("attempts", most=GRANTED_AT_ONCE)
    with transaction.atomic():
        grant = AttemptGrant.objects.create(user=user, exercise=exercise, attempts=attempts, reason=reason, by=by)
        more = f"{attempts} more attempt{'s' if attempts > 1 else ''} at {exercise}"
        url = exercise.get_absolute_url()
        audit.record(actor=by, subject=user, act="attempts", what=f"Gave {more}", why=reason, where=where, url=url)
        facts = {"name": by, "n": attempts, "exercise": exercise, "reason": reason}
        notify(
            [user],
            kind="attempts",
            naming=by,
            text=lambda: (
                ngettext(
                    "%(name)s gave you %(n)s more attempt at %(exercise)s: %(reason)s",
                    "%(name)s gave you %(n)s more attempts at %(exercise)s: %(reason)s",
                    attempts,
                )
                % facts
            ),
            url=url,
        )
    return grant


def _withdraw(submission: Submission, by: User) -> int:
    active = Override.objects.filter(submission=submission, withdrawn_at__isnull=True)
    return active.update(withdrawn_at=timezone.now(), withdrawn_by=by)


def _tell(by: User, submission: Submission, *, act: str, did: str, why: str = "", where: str = "") -> None:
    what, url = f"{did} {_name(submission)}", submission.get_absolute_url()
    audit.record(actor=by, subject=submission.user, act=act, what=what, why=why, where=where, url=url)


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise ReviewRefused("no-reason")
    if len(text) > REASON_LENGTH:
        raise ReviewRefused("long-reason", most=REASON_LENGTH)
    return text


def _not_own(by: User, learner: User) -> None:
    if by.pk == learner.pk:
        raise ReviewRefused("own")


def _name(submission: Submission) -> str:
    return f"hand-in {submission.number} of {submission.exercise}"


def _second_look(run: Run, given: Override) -> str:
    """What a lead is told whose score the grader no longer agrees with as it did."""
    if run.score is None:
        text = _("Hand-in %(number)s of %(exercise)s: the grader says nothing now. Your score of %(given)s counts.")
    else:
        text = _("Hand-in %(number)s of %(exercise)s: the grader says %(points)s now. Your score of %(given)s counts.")
    facts = _facts(run.submission) | {"given": _points(given.points, given.max_points)}
    return text % (facts | {"points": _points(run.score or 0.0, run.max_score)})


def _facts(submission: Submission) -> dict[str, object]:
    return {"number": submission.number, "exercise": submission.exercise}


def _number(points: float) -> str:
    return figure(f"{points:.2f}".rstrip("0").rstrip("."))


def _points(points: float, most: float) -> str:
    return _("%(points)s of %(most)s") % {"points": _number(points), "most": _number(most)}
