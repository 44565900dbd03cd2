"""Grade passback (Assignment and Grade Services): one row for each person and link, of which the newest score is sent.

A score that comes while one is being sent waits for its end, so two are never on the way at once, and the platform
gets them in the order of their times. The database is looked through once a minute; what is graded rings before.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
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


def hear(event: Event) -> None:
    """Called in the transaction of what happened to somebody's work: ring, where a platform wants to know."""
    wanted = Passback.objects.filter(lti_user__auth_user=event.learner, placement__exercise=event.exercise)
    if wanted.exists():
        transaction.on_commit(partial(bell.send, TASK))


def expect(placement: Placement, person: LtiUser) -> None:
    """From now on this person's score is passed on by this link: a learner's, where the platform has a column."""
    graded = placement.line_item and (placement.exercise_id or placement.quiz_id)
    learns = LtiMembership.objects.filter(
        context=placement.link.context_id, user=person, is_instructor=False, is_active=True
    )
    if graded and learns.exists():
        Passback.objects.get_or_create(placement=placement, lti_user=person, defaults={"state": State.SENT})


def collect(now: datetime) -> int:
    """Beat's turn: write down each score that differs from the one known here. Returns how many."""
    people = Passback.objects.filter(lti_user__auth_user__isnull=False)
    best = Standing.objects.filter(user=OuterRef("lti_user__auth_user"), exercise=OuterRef("placement__exercise"))
    exercises = people.filter(placement__exercise__isnull=False).annotate(best=Subquery(best.values("best_share")[:1]))
    changed = exercises.exclude(best=None).filter(Q(share=None) | ~Q(share=F("best")))
    found = dict(changed.values_list("pk", "best")[:CLEARED_AT_ONCE])
    quizzes = people.filter(placement__quiz__isnull=False)
    rows = quizzes.values_list("pk", "lti_user__auth_user", "placement__quiz", "share")
    known = {(user, quiz): (pk, share) for pk, user, quiz, share in rows}
    taken: dict[tuple[int, int], float] = {}
    of_theirs = QuizAttempt.objects.filter(
        ended_at__isnull=False, user__in={user for user, _ in known}, quiz__in={quiz for _, quiz in known}
    )
    for attempt in of_theirs.with_counts().order_by() if known else []:
        key = (attempt.user_id, attempt.quiz_id)
        if attempt.asked:
            taken[key] = max(taken.get(key, 0.0), attempt.right / attempt.asked)
    found |= {known[key][0]: share for key, share in taken.items() if key in known and known[key][1] != share}
    for pk, share in found.items():
        want(pk, share, now)
    return len(found)


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
