"""Grade passback (Assignment and Grade Services): one row for each person and link, of which the newest score is sent.

A score that comes while one is being sent waits for its end, so two are never on the way at once, and the platform
gets them in the order of their times. What is graded marks the rows that tell of it, and rings; once a minute those
are looked at that were marked and not rung for.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from lti_tool.models import LtiMembership, LtiRegistration, LtiUser

from apps.accounts.events import Event
from apps.quizzes.models import QuizAttempt
from apps.submissions.models import Standing
from studyhub import bell, outbox, tally
from studyhub.outbox import State

from .identity import SCORE_SCOPE
from .models import Passback, PassbackTry, Placement
from .platform import Platform, PlatformError

TASK = "lti.pass_back"
MINUTE, HOUR = 60, 3600
# After each try that failed: the last of nine comes about two days after the first.
WAITS_S = (30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR)
FULL = 100.0  # points in a gradebook; a platform scales them
CONTENT_TYPE = "application/vnd.ims.lis.v1.score+json"
GONE = {404, 410}  # the column is not there any more
NEWER = 409  # it has a score with a later time
KEPT_FOR = timedelta(days=30)
CLEARED_AT_ONCE = 1000
TURN_S = 120
PASS = timedelta(seconds=45)
STEP = timedelta(milliseconds=1)
LOOKED_AT_ONCE = 300
LOOK_AGAIN = timedelta(hours=1)  # at what was not heard of: a score may change by ways that nobody tells of
MARKED = datetime(2000, 1, 1, tzinfo=UTC)  # before all others
# Of a row: its key, the share known here, the user, and the exercise or the quiz; and what one has worked at.
Row = tuple[int, float | None, int, int | None, int | None]
Work = tuple[int, int | None, int | None]


def hear(event: Event) -> None:
    """Called in the transaction of what happened to somebody's work: look at it, where a platform wants to know."""
    of = Q(placement__exercise=event.exercise) if event.exercise else Q(placement__quiz=event.quiz)
    wanted = Passback.objects.filter(of, lti_user__auth_user=event.learner)
    if wanted.update(look_at=MARKED):
        transaction.on_commit(partial(bell.send, TASK))


def expect(placement: Placement, person: LtiUser) -> None:
    """From now on this person's score is passed on by this link: a learner's, where the platform has a column."""
    graded = placement.line_item and (placement.exercise_id or placement.quiz_id)
    learns = LtiMembership.objects.filter(
        context=placement.link.context_id, user=person, is_instructor=False, is_active=True
    )
    if graded and learns.exists():
        made = {"state": State.SENT, "look_at": MARKED}
        row, new = Passback.objects.get_or_create(placement=placement, lti_user=person, defaults=made)
        if not new:  # the link may lead elsewhere since
            Passback.objects.filter(pk=row.pk).update(look_at=MARKED)


def collect(now: datetime) -> int:
    """Write down each score that differs from the one known here, of LOOKED_AT_ONCE rows at most. Returns how many.

    Looked at is whose work was heard of, and by and by all others: what a row costs is paid once in LOOK_AGAIN.
    """
    with transaction.atomic():
        keys = list(Passback.objects.to_look_at(now).values_list("pk", flat=True)[:LOOKED_AT_ONCE])
        if not keys:
            return 0
        # Before the scores are read: what is heard of from then on is looked at again.
        Passback.objects.filter(pk__in=keys).update(look_at=now + LOOK_AGAIN)
        fields = ("pk", "share", "lti_user__auth_user", "placement__exercise", "placement__quiz")
        rows = list(Passback.objects.filter(pk__in=keys).values_list(*fields))
        known = _best_at_exercises(rows) | _best_at_quizzes(rows)
        found = 0
        for pk, share, user, exercise, quiz in rows:
            best = known.get((user, exercise, quiz))
            if best is not None and best != share:
                want(pk, best, now)
                found += 1
    return found


def _best_at_exercises(rows: list[Row]) -> dict[Work, float]:
    users, exercises = {row[2] for row in rows}, {row[3] for row in rows if row[3]}
    if not exercises:
        return {}
    found = Standing.objects.filter(user__in=users, exercise__in=exercises, best_share__isnull=False)
    return {
        (user, exercise, None): share for user, exercise, share in found.values_list("user", "exercise", "best_share")
    }


def _best_at_quizzes(rows: list[Row]) -> dict[Work, float]:
    users, quizzes = {row[2] for row in rows}, {row[4] for row in rows if row[4]}
    if not quizzes:
        return {}
    found: dict[Work, float] = {}
    ended = QuizAttempt.objects.filter(ended_at__isnull=False, user__in=users, quiz__in=quizzes)
    for attempt in ended.with_counts().order_by():
        if attempt.asked:
            work = (attempt.user_id, None, attempt.quiz_id)
            found[work] = max(found.get(work, 0.0), attempt.right / attempt.asked)
    return found


def want(pk: int, share: float, now: datetime) -> None:
    """From now on this is the score. One that is being sent is left to its end; then this one goes."""
    with transaction.atomic():
        row = Passback.objects.select_for_update().get(pk=pk)
        row.share = share
        row.scored_at = max(now, row.scored_at + STEP) if row.scored_at else now
        changes = ["share", "scored_at"]
        if row.state != State.SENDING:
            row.state, row.tries, row.next_try_at, row.ended_at, row.last_error = State.WAITING, 0, now, None, ""
            changes += ["state", "tries", "next_try_at", "ended_at", "last_error"]
        row.save(update_fields=changes)


def send_due(now: datetime | None = None) -> int:
    """Send what is due, for three quarters of a minute at most; returns how many tries were made."""
    tries, begun = 0, timezone.now()
    platforms: dict[int, Platform] = {}
    with outbox.turn("lti", TURN_S) as mine:
        if not mine:
            return 0
        for row in Passback.objects.sendable(now or begun)[:CLEARED_AT_ONCE]:
            if timezone.now() - begun > PASS:
                break
            if row.claim(timezone.now()):
                row.refresh_from_db(fields=["share", "scored_at"])
                registration = row.lti_user.registration
                if registration.pk not in platforms:
                    platforms[registration.pk] = Platform(registration)
                send(row, platforms[registration.pk])
                tries += 1
    return tries


def send(row: Passback, platform: Platform) -> None:
    """One try with a row that was claimed, and what follows."""
    try:
        platform.write(_scores(row.placement.line_item), [SCORE_SCOPE], _score(row), CONTENT_TYPE)
        error, status = "", None
    except PlatformError as problem:
        error, status = str(problem), problem.status
    share, scored_at, now = row.share, row.scored_at, timezone.now()
    good = not error or status == NEWER
    tallied = tally.Tallied()
    with transaction.atomic():
        mine = row.sent(now) if good else row.failed(now, error, WAITS_S, final=status in GONE)
        if not mine:
            return
        PassbackTry.objects.create(passback=row, at=now, share=share, error=error)
        outcomes = {State.SENT: "delivered", State.FAILED: "failed"}
        tallied.count("passbacks", outcomes.get(State(row.state), "retried"))
        tallied.write()
        rows = Passback.objects.filter(pk=row.pk)
        if good:
            rows.update(sent_share=share, sent_at=now)
        # What was wanted meanwhile goes now, with all its tries.
        rows.filter(scored_at__gt=scored_at).update(state=State.WAITING, tries=0, next_try_at=now, ended_at=None)


def send_again(registration: LtiRegistration, now: datetime) -> int:
    """Try once more what was given up. Returns how many rows."""
    given_up = Passback.objects.filter(lti_user__registration=registration, state=State.FAILED)
    return given_up.update(state=State.WAITING, tries=0, next_try_at=now, ended_at=None)


def clear_old(now: datetime) -> int:
    """Beat's turn: tries of a month ago go, a thousand at once. Returns how many."""
    keys = list(PassbackTry.objects.filter(at__lt=now - KEPT_FOR).values_list("pk", flat=True)[:CLEARED_AT_ONCE])
    return PassbackTry.objects.filter(pk__in=keys).delete()[0] if keys else 0


def _score(row: Passback) -> str:
    assert row.share is not None
    assert row.scored_at is not None
    return json.dumps(
        {
            "userId": row.lti_user.sub,
            "scoreGiven": round(FULL * min(1.0, max(0.0, row.share)), 2),
            "scoreMaximum": FULL,
            "timestamp": row.scored_at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
        }
    )


def _scores(line_item: str) -> str:
    """The address of a column's scores: its own, with a part more before what is asked of it."""
    path, mark, query = line_item.partition("?")
    return f"{path.rstrip('/')}/scores{mark}{query}"
