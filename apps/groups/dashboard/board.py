"""The dashboard: what its page, its exports and its printed form show, read once and worked out from that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from studyhub.templatetags.dates import date

from . import heat, states
from .heat import NO_MEETING, PER_PAGE, Heat, Wanted
from .reading import read
from .states import Facts, legend
from .stuck import Kind, Stuck, stuck
from .trend import Trend, trend

if TYPE_CHECKING:
    from ..models import Membership

STUCK_SHOWN = 12


def address(name: str, *parts: object) -> str:
    """The address of a page of groups."""
    return reverse(f"groups:{name}", args=parts)


def moment(seconds: int) -> datetime:
    """Seconds since 1970 in the reader's time zone."""
    return timezone.localtime(datetime.fromtimestamp(seconds, UTC))


def dated(seconds: int) -> str:
    """The day, for a head of the table."""
    return date(moment(seconds), "j M")


@dataclass(frozen=True)
class Help:
    """A line of the list of who needs help: the member, why, and what to do about it."""

    stuck: Stuck
    page: str
    action: str
    action_url: str


class Board:
    """One group for one lead; eight queries, whatever its size."""

    def __init__(self, membership: Membership, wanted: Wanted, *, every_stuck: bool = False) -> None:
        self.membership, self.group, self.wanted = membership, membership.group, wanted
        self.every_stuck = every_stuck
        self.now = timezone.now()

    # What there is

    @cached_property
    def everything(self) -> Facts:
        """All that was read, filters or not."""
        return read(self.group, self.now)

    @cached_property
    def facts(self) -> Facts:
        """The same with the columns that are wanted."""
        return replace(self.everything, columns=heat.kept(self.everything.columns, self.wanted))

    @cached_property
    def codes(self) -> dict[int, list[str]]:
        """Where each member stands with each wanted item."""
        return states.matrix(self.facts, self.seconds)

    @property
    def seconds(self) -> int:
        """Now, since 1970."""
        return int(self.now.timestamp())

    @cached_property
    def listed(self) -> list[Stuck]:
        """Who needs help with what is wanted, the first one first."""
        found = stuck(self.facts, self.codes, self.seconds)
        return [one for one in found if not self.wanted.member or one.member.id == self.wanted.member]

    @cached_property
    def heat(self) -> Heat:
        """The whole heat-map, in order."""
        return heat.heat(self.facts, self.codes, self.listed, states.last_active(self.everything), self.wanted)

    @cached_property
    def trend(self) -> Trend | None:
        """What has changed since the last meeting."""
        return trend(self.facts, self.listed)

    @property
    def since(self) -> datetime | None:
        """When that was."""
        return moment(self.trend.since) if self.trend else None

    # Who needs help

    @cached_property
    def helps(self) -> list[Help]:
        """The list as it is shown."""
        shown = self.listed if self.every_stuck else self.listed[:STUCK_SHOWN]
        return [self._help(one) for one in shown]

    @property
    def more_stuck(self) -> int:
        """How many are not shown."""
        return len(self.listed) - len(self.helps)

    def _help(self, one: Stuck) -> Help:
        slug, first = self.group.slug, one.first
        page = address("member", slug, one.member.id)
        work = address("work", slug, UUID(first.latest)) if first.latest else ""
        if first.kind == Kind.NO_ATTEMPTS:
            return Help(one, page, _("Give attempts"), f"{work}#attempts")
        if work:
            return Help(one, page, _("Open hand-in"), work)
        if first.kind == Kind.CARDS:
            return Help(one, page, _("Pin a resource"), f"{page}#pin")
        return Help(one, page, _("See their work"), page)

    # The heat-map

    @cached_property
    def page(self) -> Page[Any]:
        """The rows that are shown."""
        size = max(1, len(self.heat.rows)) if self.wanted.every_row else PER_PAGE
        return Paginator(self.heat.rows, size).get_page(self.wanted.page)

    @property
    def table_head(self) -> SafeString:
        """The heads of the table."""
        url = f"{self.group.get_absolute_url()}items/"
        return mark_safe(heat.head(self.heat, items_url=url, dated=dated))  # noqa: S308 - escaped there

    @property
    def table_body(self) -> SafeString:
        """The shown rows."""
        url = f"{self.group.get_absolute_url()}members/"
        return mark_safe(heat.body(list(self.page), self.heat.columns, members_url=url))  # noqa: S308 - escaped there

    @property
    def legend(self) -> Sequence[tuple[str, str, str]]:
        """Code, word and meaning of each state."""
        return legend()

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        """Each order: its words, its query string, whether it is the present one."""
        return [
            (label, self.wanted.query(sort=key, page=1) or "?", key == self.wanted.sort)
            for key, label in heat.sort_words().items()
        ]

    @property
    def sorted_by(self) -> str:
        """The present order in words."""
        return heat.sort_words()[self.wanted.sort]

    @property
    def pages(self) -> list[tuple[int, str, bool]]:
        """Each page of rows: number, query string, whether it is this one."""
        numbers = self.page.paginator.page_range
        return [(number, self.wanted.query(page=number) or "?", number == self.page.number) for number in numbers]

    @property
    def query(self) -> str:
        """What was asked for, for addresses that show the same."""
        return self.wanted.query(page=1, every_row=False)

    @property
    def all_rows(self) -> str:
        """The same with every row."""
        return self.wanted.query(page=1, every_row=True)

    # The filters

    @property
    def tracks(self) -> SafeString:
        """The tracks as options."""
        found = {column.track: column.track_title for column in self.everything.columns}
        return _options(found.items(), self.wanted.track)

    @property
    def meetings(self) -> SafeString:
        """The meetings as options."""
        found = {
            str(column.meeting or NO_MEETING): f"{column.meeting_title}, {dated(column.meeting_at)}"
            if column.meeting_at
            else _("Without a meeting")
            for column in self.everything.columns
        }
        return _options(found.items(), self.wanted.meeting)

    @property
    def state_options(self) -> SafeString:
        """The states as options."""
        return _options(((code, word) for code, word, _meaning in legend()), self.wanted.state)

    @property
    def told(self) -> list[str]:
        """The filters in words, for paper."""
        wanted, columns, members = self.wanted, self.everything.columns, self.everything.members
        said = [
            next((one.track_title for one in columns if one.track == wanted.track), "") if wanted.track else "",
            next((one.meeting_title for one in columns if str(one.meeting) == wanted.meeting), "")
            if wanted.meeting
            else "",
            _("members with something %(state)s") % {"state": states.word(wanted.state)} if wanted.state else "",
            next((one.name for one in members if one.id == wanted.member), ""),
            _("required items") if wanted.required else "",
        ]
        return [text for text in said if text]

    @property
    def member_options(self) -> SafeString:
        """The members as options."""
        members = ((str(member.id), member.name) for member in self.everything.members)
        return _options(members, str(self.wanted.member or ""))


def _options(pairs: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((value, mark_safe(" selected") if value == chosen else "", text) for value, text in pairs),
    )
