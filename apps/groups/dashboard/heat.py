"""The heat-map: which rows and columns of it are wanted, in which order, and its HTML. Pure.

Sixty thousand cells are too many for a template engine: a cell is put together from pieces that are escaped once for
each column and each code. End tags that HTML lets one leave out are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from studyhub.saying import gettext as _
from studyhub.saying import pgettext

from .states import ALL_DONE, CODES, OVERDUE, TRIED, Column, Facts, words
from .stuck import Stuck

NEED, NAME, DONE, ACTIVE = "need", "name", "done", "active"
SORTS = (NEED, NAME, DONE, ACTIVE)
# Rows on a page unless all are asked for: more than a lead reads at once.
PER_PAGE = 50
NO_MEETING = "none"


@dataclass(frozen=True)
class Wanted:
    """What the query string asks for; what it does not know is left out."""

    track: str = ""
    meeting: str = ""
    state: str = ""
    member: int | None = None
    required: bool = False
    sort: str = NEED
    page: int = 1
    every_row: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        """From the parameters of an address."""
        sort, state = query.get("sort", NEED), query.get("state", "")
        return cls(
            track=query.get("track", ""),
            meeting=query.get("meeting", ""),
            state=state if state in CODES else "",
            member=number(query.get("member", "")),
            required=query.get("required") == "1",
            sort=sort if sort in SORTS else NEED,
            page=number(query.get("page", "")) or 1,
            every_row=query.get("rows") == "all",
        )

    def query(self, **changes: object) -> str:
        """The same as a query string, with some of it changed; empty for the page as it opens."""
        one = replace(self, **changes)  # type: ignore[arg-type]
        given = {
            "track": one.track,
            "meeting": one.meeting,
            "state": one.state,
            "member": one.member or "",
            "required": "1" if one.required else "",
            "sort": "" if one.sort == NEED else one.sort,
            "page": "" if one.page == 1 else one.page,
            "rows": "all" if one.every_row else "",
        }
        told = {name: value for name, value in given.items() if value}
        return f"?{urlencode(told)}" if told else ""

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return bool(self.track or self.meeting or self.state or self.member or self.required)


def sort_words() -> dict[str, str]:
    """Each order in words."""
    said = (_("who needs help"), pgettext("order", "name"), _("least done"), _("longest away"))
    return dict(zip(SORTS, said, strict=True))


def number(text: str) -> int | None:
    """A number of an address, from 1; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) else None


@dataclass(frozen=True)
class Row:
    """One member's line. `done` and `required` count the items that are not optional."""

    id: int
    name: str
    codes: Sequence[str]
    done: int
    required: int


@dataclass(frozen=True)
class Heat:
    """The part of the matrix that is wanted; all of its rows, in order."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    meetings: Sequence[tuple[str, int | None, int]] = field(default=())


def kept(columns: Sequence[Column], wanted: Wanted) -> list[Column]:
    """The columns that pass the filters."""
    return [
        column
        for column in columns
        if (not wanted.track or column.track == wanted.track)
        and (not wanted.meeting or str(column.meeting or NO_MEETING) == wanted.meeting)
        and not (wanted.required and column.optional)
    ]


def heat(
    facts: Facts, codes: Mapping[int, Sequence[str]], listed: Sequence[Stuck], active: Mapping[int, int], wanted: Wanted
) -> Heat:
    """The rows that pass the filters, in the wanted order, over all members."""
    needed = [n for n, column in enumerate(facts.columns) if not column.optional]
    rows, late = [], {}
    for member in facts.members:
        mine = codes[member.id]
        if wanted.member and member.id != wanted.member:
            continue
        if wanted.state and not any(code[0] == wanted.state for code in mine):
            continue
        late[member.id] = len([code for code in mine if code in OVERDUE])
        done = len([n for n in needed if mine[n] in ALL_DONE])
        rows.append(Row(member.id, member.name, mine, done, len(needed)))
    place = {one.member.id: n for n, one in enumerate(listed)}
    keys: dict[str, Callable[[Row], Any]] = {
        NEED: lambda row: (place.get(row.id, len(place)), -late[row.id], row.done, row.name.casefold()),
        NAME: lambda row: (row.name.casefold(), row.id),
        DONE: lambda row: (row.done, -late[row.id], row.name.casefold()),
        ACTIVE: lambda row: (active[row.id], row.name.casefold()),
    }
    return Heat(facts.columns, sorted(rows, key=keys[wanted.sort]), spans(facts.columns))


def spans(columns: Sequence[Column]) -> list[tuple[str, int | None, int]]:
    """The meetings over the columns: title, time, how many columns. The columns stand in the order of the meetings."""
    found = []
    for _meeting, group in groupby(columns, key=lambda column: column.meeting):
        together = list(group)
        found.append((together[0].meeting_title, together[0].meeting_at, len(together)))
    return found


def head(shown: Heat, *, items_url: str, dated: Callable[[int], str]) -> str:
    """The two lines of heads: meetings with their dates, and what is to be done for each."""
    learner, done = escape(_("Learner")), escape(pgettext("item", "Done"))
    without, optional = escape(_("Without a meeting")), escape(_(" (optional)"))
    over = "".join(
        f'<th scope=colgroup colspan={count} title="{escape(title) or without}"><span>'
        f"{escape(title) or without}{f' <small>{escape(dated(at))}</small>' if at else ''}</span></th>"
        for title, at, count in shown.meetings
    )
    firsts = _firsts(shown.meetings)
    items = "".join(
        f"<th scope=col{' class=f' if n in firsts else ''}>"
        f'<a href="{items_url}{column.id}/" title="{escape(column.title)}">'
        f"<span>{escape(column.title)}{optional if column.optional else ''}</span></a></th>"
        for n, column in enumerate(shown.columns)
    )
    return (
        f"<tr class=over><th rowspan=2 scope=col class=who>{learner}</th>"
        f"<th rowspan=2 scope=col class=k>{done}</th>"
        f"{over}</tr>"
        f"<tr class=items>{items}</tr>"
    )


def _firsts(meetings: Sequence[tuple[str, int | None, int]]) -> set[int]:
    """Where a meeting's columns begin."""
    return {sum(count for *_, count in meetings[:n]) for n in range(len(meetings))}


def _cell(code: str) -> tuple[str, str]:
    """The class of a cell, and its link from the closing quote of the address on."""
    overdue = " o" if code.endswith("!") else ""
    shown = code[1:].rstrip("!") if code[0] == TRIED else ""
    css = f"<td class={code[0]}>" if not overdue else f'<td class="{code[0]}{overdue}">'
    return css, f' aria-label="{escape(words(code))}">{shown}</a>'


def body(rows: Sequence[Row], columns: Sequence[Column], *, members_url: str) -> str:
    """The lines of the table; `members_url` is the folder of the members' pages, with its slash."""
    anchors = [f"#i{column.id}" for column in columns]
    cell = cache(_cell)  # for this table, which speaks one language
    lines = []
    for row in rows:
        address = f"{members_url}{row.id}/"
        opening = f"<a href={address}"
        cells = "".join(
            [f"{css}{opening}{anchor}{rest}" for (css, rest), anchor in zip(map(cell, row.codes), anchors, strict=True)]
        )
        lines.append(
            f"<tr><th scope=row><a href={address}>{escape(row.name)}</a><td class=k>{row.done}/{row.required}{cells}\n"
        )
    return "".join(lines)
