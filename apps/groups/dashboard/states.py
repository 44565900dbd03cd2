"""Where each member stands with each item: one short code a cell. Pure; times are seconds since 1970.

A code is one of the letters below; `t` is followed by the per cent of the points, and `!` at the end says that the item
is overdue: `n`, `b!`, `t60`, `t60!`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from studyhub.saying import gettext as _
from studyhub.saying import pgettext

NOT_BEGUN, BEGUN, TRIED, DONE, DONE_LATE, LATE, EXTENDED, WAITING = "n", "b", "t", "p", "d", "l", "e", "w"
# In the order of the legend and of the filter.
CODES = (LATE, NOT_BEGUN, EXTENDED, BEGUN, WAITING, TRIED, DONE, DONE_LATE)
# Nothing is left to do; it should have been done by now.
ALL_DONE = frozenset({DONE, DONE_LATE})
OVERDUE = frozenset({LATE, f"{BEGUN}!", *(f"{TRIED}{percent}!" for percent in range(100))})
RESOURCE, QUIZ, EXERCISE = "resource", "quiz", "exercise"
NEVER = 1 << 62


class Column(NamedTuple):
    """One assignment. `due` is for everybody without an extension; `attempts` is the limit, where there is one."""

    id: int
    kind: str
    item: int
    title: str
    due: int | None = None
    optional: bool = False
    meeting: int | None = None
    meeting_title: str = ""
    meeting_at: int | None = None
    track: str = ""
    track_title: str = ""
    attempts: int | None = None


class Member(NamedTuple):
    """One learner. `cards` are their overdue review cards, 0 for who does not share them."""

    id: int
    name: str
    joined: int
    shares_all: bool = False
    cards: int = 0


class Hand(NamedTuple):
    """Where a learner stands with an exercise. `waiting`: the latest hand-in is not graded yet; `latest` is its key."""

    user: int
    exercise: int
    share: float | None
    passed: int | None
    waiting: bool
    at: int
    latest: str = ""
    attempts: int = 0
    check: str = ""
    check_title: str = ""
    streak: int = 0


class Taken(NamedTuple):
    """A learner's attempts at a quiz: when one was begun last, and when the first one ended."""

    user: int
    quiz: int
    begun: int
    ended: int | None


class Completed(NamedTuple):
    """A learner is done with a resource."""

    user: int
    resource: int
    at: int


@dataclass(frozen=True)
class Facts:
    """Everything that is known, about the group's members and its own items alone.

    `extended` are dates by learner and assignment; `second_looks` and `granted` (further attempts) are by learner and
    exercise; `handed_in` counts hand-ins since the meeting at `last_met`. Hands and attempts may be plain tuples in the
    order of the fields.
    """

    members: Sequence[Member] = ()
    columns: Sequence[Column] = ()
    hands: Sequence[Hand] = ()
    taken: Sequence[Taken] = ()
    completed: Sequence[Completed] = ()
    extended: dict[tuple[int, int], int] = field(default_factory=dict)
    second_looks: dict[tuple[int, int], str] = field(default_factory=dict)
    granted: dict[tuple[int, int], int] = field(default_factory=dict)
    handed_in: dict[tuple[int, int], int] = field(default_factory=dict)
    last_met: int | None = None


def matrix(facts: Facts, now: int) -> dict[int, list[str]]:
    """The codes of each learner, in the order of the columns.

    1. What nobody has begun, by the date. 2. More time. 3. What learners did.
    """
    dues = [NEVER if column.due is None else column.due for column in facts.columns]
    blank = [_untouched(column, due, now) for column, due in zip(facts.columns, dues, strict=True)]
    rows = {member.id: blank.copy() for member in facts.members}
    place = {column.id: i for i, column in enumerate(facts.columns)}
    more: dict[tuple[int, int], int] = {}
    for (user, assignment), until in facts.extended.items():
        if user in rows and assignment in place:
            i = place[assignment]
            more[user, i] = until
            rows[user][i] = EXTENDED if until > now else _untouched(facts.columns[i], until, now)
    where = {(column.kind, column.item): i for i, column in enumerate(facts.columns)}
    at_resource = {item: i for (kind, item), i in where.items() if kind == RESOURCE}
    for user, resource, at in facts.completed:
        if user in rows and resource in at_resource:
            i = at_resource[resource]
            rows[user][i] = DONE if at <= more.get((user, i), dues[i]) else DONE_LATE
    at_quiz = {item: i for (kind, item), i in where.items() if kind == QUIZ}
    for user, quiz, _begun, ended in facts.taken:
        if user in rows and quiz in at_quiz:
            i = at_quiz[quiz]
            due = more.get((user, i), dues[i])
            if ended is None:
                rows[user][i] = _unfinished(BEGUN, facts.columns[i], due, now)
            else:
                rows[user][i] = DONE if ended <= due else DONE_LATE
    at_exercise = {item: i for (kind, item), i in where.items() if kind == EXERCISE}
    for user, exercise, share, passed, waiting, *_more in facts.hands:
        if user in rows and exercise in at_exercise:
            i = at_exercise[exercise]
            due = more.get((user, i), dues[i])
            if passed is not None:
                rows[user][i] = DONE if passed <= due else DONE_LATE
            elif waiting:
                rows[user][i] = WAITING
            else:
                code = BEGUN if share is None else f"{TRIED}{min(99, int(100 * share))}"
                rows[user][i] = _unfinished(code, facts.columns[i], due, now)
    return rows


def _untouched(column: Column, due: int, now: int) -> str:
    return LATE if due < now and not column.optional else NOT_BEGUN


def _unfinished(code: str, column: Column, due: int, now: int) -> str:
    return f"{code}!" if due < now and not column.optional else code


def legend() -> tuple[tuple[str, str, str], ...]:
    """Each code in order, with its word and what it means."""
    meanings = {
        LATE: _("was due, and is not begun"),
        NOT_BEGUN: _("there is time left, or no date"),
        EXTENDED: _("has more time, and is not begun"),
        BEGUN: _("a quiz goes on, or a hand-in has no score"),
        WAITING: _("handed in, and not graded yet"),
        TRIED: _("per cent of the points so far"),
        DONE: _("all the points, or a quiz or resource done"),
        DONE_LATE: _("done after it was due"),
    }
    return tuple((code, word(code), meanings[code]) for code in CODES)


def word(letter: str) -> str:
    """What the state of this letter is called."""
    said = {
        LATE: pgettext("item", "late"),
        NOT_BEGUN: pgettext("item", "not begun"),
        EXTENDED: pgettext("item", "extended"),
        BEGUN: pgettext("item", "begun"),
        WAITING: pgettext("item", "waiting"),
        TRIED: pgettext("item", "tried"),
        DONE: pgettext("item", "done"),
        DONE_LATE: pgettext("item", "done late"),
    }
    return said[letter]


def words(code: str) -> str:
    """The code as one says it: `60 % of the points, overdue`."""
    letter, overdue = code[0], code.endswith("!")
    if letter == TRIED:
        percent = {"percent": code[1:].rstrip("!")}
        if overdue:
            return _("%(percent)s %% of the points, overdue") % percent
        return _("%(percent)s %% of the points") % percent
    return _("%(state)s, overdue") % {"state": word(letter)} if overdue else word(letter)


def last_active(facts: Facts) -> dict[int, int]:
    """When each learner last did something for the group; who never did has been there since they joined."""
    latest = {member.id: member.joined for member in facts.members}
    for user, _resource, at in facts.completed:
        if at > latest.get(user, NEVER):
            latest[user] = at
    for user, _quiz, begun, ended in facts.taken:
        if (at := max(begun, ended or 0)) > latest.get(user, NEVER):
            latest[user] = at
    for hand in facts.hands:
        if hand[5] > latest.get(hand[0], NEVER):
            latest[hand[0]] = hand[5]
    return latest
