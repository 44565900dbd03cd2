"""One item of a group, for a lead: how its learners did, which checks fail most, which questions are missed most."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Avg, Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.quizzes.constants import RIGHT, AnswerState
from apps.quizzes.models import Answer, Question
from apps.submissions.constants import State
from apps.submissions.models import CheckResult, Run

from ..models import Assignment, Membership
from . import states
from .board import address, moment
from .reading import learners, read
from .states import ALL_DONE, EXERCISE, Column, Facts, legend

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Scores in per cent, from each to below the next.
BINS = ((0, 0), (1, 24), (25, 49), (50, 74), (75, 99), (100, 100))
MANY_ATTEMPTS = 6


@dataclass(frozen=True)
class Bar:
    """One line of a figure: its label, how many of how many, and where to look."""

    label: str
    count: int
    of: int
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Learner:
    """One member's line."""

    name: str
    url: str
    code: str
    attempts: int | None
    at: datetime | None
    work: str

    @property
    def words(self) -> str:
        """The state in words."""
        return states.words(self.code)


def latest_runs(exercise: int, people: QuerySet[Any]) -> dict[int, Any]:
    """The run that graded the latest hand-in with checks of each learner: by learner, pairs of run and hand-in."""
    done = Run.objects.filter(submission__exercise=exercise, submission__user__in=people, trial=False, state=State.DONE)
    rows = done.filter(Exists(CheckResult.objects.filter(run=OuterRef("pk")))).order_by(
        "submission__number", "queued_at", "pk"
    )
    return {user: (run, work) for user, run, work in rows.values_list("submission__user", "pk", "submission")}


def ever_failed(exercise: int, people: QuerySet[Any]) -> dict[str, int]:
    """By the id of the check: how many learners failed it in any of their hand-ins (one query)."""
    failed = CheckResult.objects.filter(
        run__submission__exercise=exercise, run__submission__user__in=people, run__trial=False, passed=False
    )
    counted = failed.order_by().values_list("check_id").annotate(n=Count("run__submission__user", distinct=True))
    return dict(counted)


class ItemPage:
    """An assignment with everybody's results; a constant number of queries."""

    def __init__(self, reader: Membership, assignment: Assignment) -> None:
        self.reader, self.assignment, self.group = reader, assignment, reader.group
        self.now = timezone.now()

    @cached_property
    def facts(self) -> Facts:
        """What is known of this item."""
        return read(self.group, self.now, assignment=self.assignment.pk)

    @property
    def column(self) -> Column:
        """The item itself."""
        return self.facts.columns[0]

    @property
    def due(self) -> datetime | None:
        """When it is due for everybody."""
        return moment(self.column.due) if self.column.due else None

    @cached_property
    def learners(self) -> list[Learner]:
        """The members, those who are not done first."""
        codes = states.matrix(self.facts, int(self.now.timestamp()))
        hands = {hand[0]: hand for hand in self.facts.hands}
        found = []
        for member in self.facts.members:
            hand: Any = hands.get(member.id)
            work = address("work", self.group.slug, UUID(hand[6])) if hand and hand[6] else ""
            found.append(
                Learner(
                    name=member.name,
                    url=address("member", self.group.slug, member.id),
                    code=codes[member.id][0],
                    attempts=hand[7] if hand else None,
                    at=moment(hand[5]) if hand else None,
                    work=work,
                )
            )
        return sorted(found, key=lambda one: (one.code in ALL_DONE, one.name.casefold()))

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """Each state that occurs, by its code and word, with how many members are there."""
        counts = Counter(one.code[0] for one in self.learners)
        return [(code, word, counts[code]) for code, word, _meaning in legend() if counts[code]]

    # Exercises

    @cached_property
    def scores(self) -> list[Bar]:
        """How many have their best score in which range."""
        if self.column.kind == EXERCISE:
            shares = [hand[2] for hand in self.facts.hands if hand[2] is not None]
        else:
            shares = [share for _user, share, _n in self._answers]
        counts = Counter(max(low for low, _high in BINS if low <= int(100 * share + 1e-9)) for share in shares)
        return [Bar(_percent(low, high), counts[low], len(shares)) for low, high in BINS] if shares else []

    @cached_property
    def attempts(self) -> list[Bar]:
        """How many hand-ins those needed who passed."""
        needed = Counter(min(hand[7], MANY_ATTEMPTS) for hand in self.facts.hands if hand[3] is not None)
        total = sum(needed.values())
        return [
            Bar(_("%(n)d or more") % {"n": n} if n == MANY_ATTEMPTS else str(n), needed[n], total)
            for n in range(1, max(needed, default=0) + 1)
        ]

    @cached_property
    def checks(self) -> list[Bar]:
        """The checks of everybody's latest graded hand-in, those that fail most first (three queries)."""
        if self.column.kind != EXERCISE:
            return []
        runs = latest_runs(self.column.item, learners(self.group).values("user"))
        counted = (
            CheckResult.objects.filter(run__in=[run for run, _work in runs.values()])
            .order_by()
            .values_list("check_id", "title")
            .annotate(failed=Count("pk", filter=Q(passed=False)), n=Count("pk"))
        )
        ever = ever_failed(self.column.item, learners(self.group).values("user"))
        bars = []
        for check, title, failed, n in counted:
            before = max(0, ever.get(check, 0) - failed)
            told = {"n": failed, "all": n, "before": before}
            note = _("%(n)d of %(all)d, %(before)d more before") % told if before else ""
            bars.append(Bar(title, failed, n, address("check", self.group.slug, self.assignment.pk, check), note))
        return sorted(bars, key=lambda bar: (-bar.count / bar.of, not bar.note, bar.label))

    # Quizzes

    @cached_property
    def _answers(self) -> list[tuple[int, float, int]]:
        """Each learner's mean share in their first attempt, where it has ended, with the number of answers."""
        rows = self._first_answers().values_list("user_id").annotate(share=Avg("share"), n=Count("pk"))
        return list(rows)

    def _first_answers(self) -> QuerySet[Any]:
        return Answer.objects.filter(
            attempt__quiz=self.assignment.quiz_id,
            attempt__number=1,
            attempt__ended_at__isnull=False,
            state=AnswerState.SCORED,
            user__in=learners(self.group).values("user"),
        ).order_by()

    @cached_property
    def questions(self) -> list[Bar]:
        """The questions that are missed most, in first attempts (two queries)."""
        if not self.assignment.quiz_id:
            return []
        missed = Count("pk", filter=Q(share__lt=RIGHT))
        counted = {
            question: (wrong, n)
            for question, wrong, n in self._first_answers()
            .values_list("question")
            .annotate(wrong=missed, n=Count("pk"))
        }
        rows = Question.objects.filter(pk__in=counted).select_related("current_version")
        bars = []
        for question in rows:
            asked = question.current_version.summary if question.current_version else question.slug
            bars.append(Bar(asked, *counted[question.pk]))
        return sorted(bars, key=lambda bar: (-bar.count / bar.of, bar.label))


def _percent(low: int, high: int) -> str:
    if low == high:
        return _("%(percent)d %%") % {"percent": low}
    return _("%(low)d to %(high)d %%") % {"low": low, "high": high}
