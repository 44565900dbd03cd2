"""What has changed since the last meeting. Pure; times are seconds since 1970."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .states import EXERCISE, QUIZ, RESOURCE, Facts
from .stuck import SAME_CHECK_FROM, Kind, Stuck


@dataclass(frozen=True)
class Trend:
    """Counts since `since`, the start of the last meeting.

    `newly_stuck` are members with a reason that is younger than the meeting. `resolved` are exercises that were passed
    since, with three hand-ins or more before.
    """

    since: int
    handed_in: int
    passed: int
    quizzes: int
    resources: int
    newly_stuck: int
    resolved: int


def trend(facts: Facts, listed: Sequence[Stuck]) -> Trend | None:
    """The counts; None before the group has met."""
    since = facts.last_met
    if since is None:
        return None
    people = {member.id for member in facts.members}
    here = {(column.kind, column.item) for column in facts.columns}
    passed = [
        hand
        for hand in facts.hands
        if hand[3] is not None and hand[3] > since and hand[0] in people and (EXERCISE, hand[1]) in here
    ]
    return Trend(
        since=since,
        handed_in=sum(n for (user, key), n in facts.handed_in.items() if user in people and (EXERCISE, key) in here),
        passed=len(passed),
        quizzes=sum(
            ended is not None and ended > since and user in people and (QUIZ, key) in here
            for user, key, _, ended in facts.taken
        ),
        resources=sum(at > since and user in people and (RESOURCE, key) in here for user, key, at in facts.completed),
        newly_stuck=sum(
            any(since < reason.since for reason in one.reasons if reason.kind != Kind.CARDS) for one in listed
        ),
        resolved=sum(hand[7] > SAME_CHECK_FROM for hand in passed),
    )
