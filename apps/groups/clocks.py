"""Days and times of a clock on the wall, and the instants that they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from studyhub.saying import gettext as _


class NoSuchTime(ValueError):
    """A time that a clock leaves out, because it is put forward over it that day."""


def instant(day: date, at: time, zone: str) -> datetime:
    """When the clocks of `zone` show `at` on `day`. Where they show it twice, the first time.

    Raises NoSuchTime where they leave it out.
    """
    local = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        text = _("There is no %(time)s on that day: the clocks are put forward.")
        raise NoSuchTime(text % {"time": f"{at:%H:%M}"})
    return moment


def rhythm(first: datetime, zone: str, *, weeks: int, count: int) -> Iterator[datetime]:
    """`count` times from `first` on, `weeks` apart, always at the same time by the clocks of `zone`.

    Where a clock leaves that time out it is an hour later, that once.
    """
    local = first.astimezone(ZoneInfo(zone))
    for number in range(count):
        yield (local + timedelta(weeks=weeks * number)).astimezone(UTC)
