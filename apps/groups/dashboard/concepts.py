"""Which concepts a group has understood, by the share of the points that its learners earned on each. Pure.

A hand-in counts as much as three questions, as it does for mastery. The share is not mastery: it is what was earned,
with no model of what is known, so that a lead can count it up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import NamedTuple

from studyhub.saying import pgettext

from .states import Member

HAND_IN = 3.0
SHAKY_BELOW, SOLID_FROM = 50, 70
SHAKY, GROWING, SOLID, UNKNOWN = "shaky", "growing", "solid", "unknown"
CSS = {SHAKY: "x", GROWING: "g", SOLID: "s", UNKNOWN: "u"}


class Earned(NamedTuple):
    """What one learner earned on one concept: the sum of their shares and the sum of the weights."""

    user: int
    concept: int
    points: float
    weight: float


class Concept(NamedTuple):
    """A concept, its title and its address."""

    id: int
    title: str
    url: str


@dataclass(frozen=True)
class Understood:
    """Concepts, the weakest first; the group's per cent of each; and a line for each member, the weakest first."""

    concepts: Sequence[Concept]
    group: Sequence[int | None]
    rows: Sequence[tuple[Member, Sequence[int | None]]]


def word(percent: int | None) -> str:
    """The per cent in a word."""
    said = {
        SHAKY: pgettext("concept", "shaky"),
        GROWING: pgettext("concept", "growing"),
        SOLID: pgettext("concept", "solid"),
        UNKNOWN: pgettext("concept", "nothing yet"),
    }
    return said[_kind(percent)]


def _kind(percent: int | None) -> str:
    if percent is None:
        return UNKNOWN
    return SHAKY if percent < SHAKY_BELOW else SOLID if percent >= SOLID_FROM else GROWING


def understood(members: Sequence[Member], concepts: Iterable[Concept], earned: Iterable[Earned]) -> Understood:
    """Shares by member and concept. The group's share is the mean of its members' ones: nobody counts twice."""
    sums: dict[tuple[int, int], tuple[float, float]] = {}
    for user, concept, points, weight in earned:
        before = sums.get((user, concept), (0.0, 0.0))
        sums[user, concept] = before[0] + points, before[1] + weight
    share = {key: points / weight for key, (points, weight) in sums.items() if weight}
    known: Mapping[int, list[float]] = defaultdict(list)
    people = {member.id for member in members}
    for (user, concept), value in share.items():
        if user in people:
            known[concept].append(value)
    means = {concept.id: sum(known[concept.id]) / len(known[concept.id]) for concept in concepts if known[concept.id]}
    titled = sorted((one for one in concepts if one.id in means), key=lambda one: (means[one.id], one.title))
    rows = [(member, [_percent(share.get((member.id, one.id))) for one in titled]) for member in members]
    rows.sort(key=lambda row: (_mean(row[1]), row[0].name.casefold()))
    return Understood(titled, [_percent(means[one.id]) for one in titled], rows)


def _percent(value: float | None) -> int | None:
    return None if value is None else int(100 * value + 1e-9)


def _mean(percents: Sequence[int | None]) -> float:
    """Who has shown nothing yet stands last."""
    found = [percent for percent in percents if percent is not None]
    return sum(found) / len(found) if found else 101.0


def _cell(percent: int | None) -> str:
    said, shown = escape(word(percent)), "–" if percent is None else percent
    return f"<td class={CSS[_kind(percent)]}><span class=hidden-label>{said} </span>{shown}</td>"


def body(rows: Iterable[tuple[Member, Sequence[int | None]]], *, members_url: str) -> str:
    """The lines of the table; put together without a template, as in heat.py."""
    cell = cache(_cell)  # for this table, which speaks one language
    return "".join(
        f"<tr><th scope=row><a href={members_url}{member.id}/>{escape(member.name)}</a></th>"
        f"{''.join(map(cell, percents))}</tr>\n"
        for member, percents in rows
    )


def group_line(percents: Sequence[int | None]) -> str:
    """The cells of the whole group."""
    return "".join(map(_cell, percents))
