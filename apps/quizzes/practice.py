"""On which days a learner practised, and how that compares with the goal they set themselves: so many days a week.

A day counts on which they answered, reviewed, or, as apps above this one add, handed in. Weeks begin on Monday. What
is counted in a row is weeks that reached the goal: a day off takes nothing away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.accounts.zones import is_zone
from apps.quizzes.models import Answer, PracticeGoal

if TYPE_CHECKING:
    from apps.accounts.models import User

WEEK = 7
# A row of weeks is counted up to a year.
WEEKS = 53

# The days, in a time zone, on which a learner did something at a moment or after it.
Source = Callable[["User", datetime, tzinfo], Iterable[date]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Called when an app is ready: `source` is asked from then on."""
    if source not in _sources:
        _sources.append(source)


@dataclass(frozen=True)
class Day:
    """A day of this week."""

    day: date
    practised: bool
    today: bool


@dataclass(frozen=True)
class Practice:
    """This week, the goal (days a week), and how many weeks in a row have reached it."""

    days: tuple[Day, ...]
    goal: int
    weeks: int

    @property
    def done(self) -> int:
        """On how many days of this week the learner has practised."""
        return sum(one.practised for one in self.days)

    @property
    def reached(self) -> bool:
        """Whether this week has reached the goal."""
        return self.done >= self.goal

    @property
    def practised(self) -> list[date]:
        """The days of this week that count."""
        return [one.day for one in self.days if one.practised]


def practice_of(user: User) -> Practice | None:
    """How the learner's practice goes; None where they have switched it off, or have not begun.

    One query, and where it is shown one for each source.
    """
    goal = PracticeGoal.objects.filter(user=user).first() or PracticeGoal(user=user)
    if not goal.shown:
        return None
    zone = zone_of(user)
    today = timezone.localdate(timezone=zone)
    first = monday(today) - timedelta(weeks=WEEKS)
    since = datetime.combine(first, datetime.min.time(), tzinfo=zone)
    days = {day for source in (days_answered, *_sources) for day in source(user, since, zone)}
    return measure(days, today, goal.days) if days else None


def measure(days: Collection[date], today: date, goal: int) -> Practice:
    """The practice of who was active on `days`."""
    this = monday(today)
    week = tuple(Day(day, day in days, day == today) for day in (this + timedelta(days=n) for n in range(WEEK)))
    counted: dict[date, int] = {}
    for day in set(days):
        counted[monday(day)] = counted.get(monday(day), 0) + 1
    # A week that goes on ends no row.
    weeks = int(counted.get(this, 0) >= goal)
    before = this - timedelta(weeks=1)
    while counted.get(before, 0) >= goal:
        weeks += 1
        before -= timedelta(weeks=1)
    return Practice(week, goal, weeks)


def days_answered(user: User, since: datetime, zone: tzinfo) -> Iterable[date]:
    """The days on which the learner answered, in quizzes and reviews (one query)."""
    return days_of(Answer.objects.of(user).filter(answered_at__gte=since), "answered_at", zone)


def days_of(rows: QuerySet[Any], moment: str, zone: tzinfo) -> Iterable[date]:
    """The days on which the field `moment` of these rows lies, each once."""
    return rows.order_by().values_list(TruncDate(moment, tzinfo=zone), flat=True).distinct()


def zone_of(user: User) -> tzinfo:
    """The learner's time zone; where they have none that this machine knows, the site's."""
    return ZoneInfo(user.time_zone) if is_zone(user.time_zone) else timezone.get_default_timezone()


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())
