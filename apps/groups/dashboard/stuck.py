"""Who needs help, and why, in words. Pure; times are seconds since 1970.

Reasons come in this order; what only a lead can end stands first. A member stands where their first reason stands;
within the same reason, the worse case first.

1. A score wants a second look: the grader has changed its mind about a score that a lead gave.
2. No attempt is left, and the exercise is not passed.
3. The latest three hand-ins, or more, fail the same check.
4. No activity for seven days, though something is overdue.
5. Required things are overdue; an exercise with half of its points or more is not counted.
6. A required quiz or exercise is due within 36 hours and not begun.
7. Review debt: 30 cards or more are overdue (only of members who share their learning).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

from studyhub.saying import gettext as _
from studyhub.saying import ngettext

from .states import EXERCISE, EXTENDED, NOT_BEGUN, OVERDUE, RESOURCE, TRIED, Facts, Member, last_active

HOUR = 3600
DAY = 24 * HOUR
SAME_CHECK_FROM = 3
SILENT_DAYS = 7
SOON = 36 * HOUR
CARDS_FROM = 30
NAMED = 2
LINES = 3
# Overdue for the list: who has half of the points needs no reminder that a date has passed.
MISSING = OVERDUE - {f"{TRIED}{percent}!" for percent in range(50, 100)}


class Kind(IntEnum):
    """Why somebody needs help, in the order of the list."""

    SECOND_LOOK = 1
    NO_ATTEMPTS = 2
    SAME_CHECK = 3
    SILENT = 4
    LATE = 5
    DUE_SOON = 6
    CARDS = 7


@dataclass(frozen=True)
class Reason:
    """One of them; the more `weight`, the worse. `since`: when it became true; `latest`: the hand-in it is about."""

    kind: Kind
    words: str
    weight: int
    since: int
    assignment: int | None = None
    latest: str = ""


@dataclass(frozen=True)
class Stuck:
    """A member with their reasons, the first one first."""

    member: Member
    reasons: tuple[Reason, ...]

    @property
    def first(self) -> Reason:
        """Where they stand in the list."""
        return self.reasons[0]

    @property
    def told(self) -> list[str]:
        """The reasons for a list: one line for each kind, and not more than a lead reads."""
        lines = []
        for _kind, alike in groupby(self.reasons, key=lambda reason: reason.kind):
            first, *others = alike
            lines.append(_more_like_it(first.words, len(others)) if others else first.words)
        return lines[:LINES]


def spelled(n: int) -> str:
    """A small number as a word."""
    words = _("no one two three four five six seven eight nine ten eleven twelve").split()
    return words[n] if n < len(words) else str(n)


def stuck(facts: Facts, rows: dict[int, list[str]], now: int) -> list[Stuck]:
    """Everybody who needs help, by the order above; `rows` are the codes of states.matrix."""
    found: dict[int, list[Reason]] = {member.id: [] for member in facts.members}
    _of_exercises(facts, found)
    active = last_active(facts)
    for member in facts.members:
        _of_dates(facts, rows[member.id], member, active[member.id], now, found[member.id])
        if member.cards >= CARDS_FROM:
            text = _("Review debt: %(n)d cards are overdue") % {"n": member.cards}
            found[member.id].append(Reason(Kind.CARDS, text, member.cards, now))
    listed = [
        Stuck(member, tuple(sorted(found[member.id], key=lambda reason: (reason.kind, -reason.weight))))
        for member in facts.members
        if found[member.id]
    ]
    return sorted(listed, key=lambda one: (one.first.kind, -one.first.weight, one.member.name.casefold()))


def _of_exercises(facts: Facts, found: dict[int, list[Reason]]) -> None:
    columns = {column.item: column for column in facts.columns if column.kind == EXERCISE}
    for hand in facts.hands:
        user, exercise, _share, passed, waiting, at, latest, attempts, _check, check_title, streak = hand
        column = columns.get(exercise)
        if column is None or user not in found:
            continue
        if facts.second_looks and (submission := facts.second_looks.get((user, exercise))):
            text = _("%(title)s: the score wants a second look") % {"title": column.title}
            found[user].append(Reason(Kind.SECOND_LOOK, text, 1, at, column.id, submission))
        if passed is not None or waiting:
            continue
        if column.attempts is not None and attempts >= column.attempts + facts.granted.get((user, exercise), 0):
            told = {"title": column.title, "n": spelled(attempts)}
            if attempts == 1:
                text = _("%(title)s: the only attempt is used up") % told
            else:
                text = _("%(title)s: all %(n)s attempts are used up") % told
            found[user].append(Reason(Kind.NO_ATTEMPTS, text, attempts, at, column.id, latest))
        if streak >= SAME_CHECK_FROM:
            text = _("%(n)s attempts, same check: %(check)s (%(title)s)")
            text %= {"n": spelled(streak).capitalize(), "check": check_title, "title": column.title}
            # Stuck since the latest hand-in, unless it was so at the last meeting already.
            before = streak - facts.handed_in.get((user, exercise), 0)
            since = 0 if before >= SAME_CHECK_FROM else at
            found[user].append(Reason(Kind.SAME_CHECK, text, streak, since, column.id, latest))


def _of_dates(facts: Facts, codes: Sequence[str], member: Member, active: int, now: int, reasons: list[Reason]) -> None:
    overdue: list[tuple[int, str, int]] = []
    soon: list[tuple[int, str, int]] = []
    for column, code in zip(facts.columns, codes, strict=True):
        late = code in MISSING
        if late or (code in {NOT_BEGUN, EXTENDED} and not column.optional and column.kind != RESOURCE):
            due = facts.extended.get((member.id, column.id), column.due) if facts.extended else column.due
            if late:
                overdue.append((due or 0, column.title, column.id))
            elif due is not None and now <= due <= now + SOON:
                soon.append((due, column.title, column.id))
    if overdue:
        days = (now - active) // DAY
        overdue.sort()
        if days >= SILENT_DAYS:
            text = _("No activity for %(n)s days") % {"n": spelled(days)}
            reasons.append(Reason(Kind.SILENT, text, days, active + SILENT_DAYS * DAY))
        n = len(overdue)
        text = ngettext("%(n)s overdue: %(titles)s", "%(n)s overdue: %(titles)s", n)
        text %= {"n": spelled(n).capitalize(), "titles": _named([title for _due, title, _id in overdue])}
        reasons.append(Reason(Kind.LATE, text, len(overdue), overdue[0][0], overdue[0][2]))
    if soon:
        soon.sort()
        hours = max(1, round((soon[0][0] - now) / HOUR))
        text = ngettext("Due in %(n)s hour, not begun: %(titles)s", "Due in %(n)s hours, not begun: %(titles)s", hours)
        text %= {"n": spelled(hours), "titles": _named([title for _due, title, _id in soon])}
        reasons.append(Reason(Kind.DUE_SOON, text, len(soon), soon[0][0] - SOON, soon[0][2]))


def _named(titles: Sequence[str]) -> str:
    shown, more = ", ".join(titles[:NAMED]), len(titles) - NAMED
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(n)s more", "%(shown)s and %(n)s more", more) % {"shown": shown, "n": spelled(more)}


def _more_like_it(words: str, more: int) -> str:
    text = ngettext("%(words)s, and %(n)s more like it", "%(words)s, and %(n)s more like it", more)
    return text % {"words": words, "n": spelled(more)}
