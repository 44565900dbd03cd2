"""One member, for a lead: what they did for the group, why they may be stuck, and what leads did about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.accounts.models import AuditEntry
from apps.quizzes.models import QuizAttempt
from apps.submissions.models import Submission

from ..acting_forms import PinForm
from ..models import Pin
from . import concepts, states
from .board import address, moment
from .reading import read
from .states import ALL_DONE, EXERCISE, OVERDUE, QUIZ, Column, Facts, words
from .stuck import Reason, stuck
from .understanding import read_concepts, read_earned

if TYPE_CHECKING:
    from ..models import Membership

ACTS_SHOWN = 30
SHOWN_HAND_INS = 6


@dataclass(frozen=True)
class Did:
    """Something that a member did for an item: what it is called, what it came to, when, and where to look."""

    name: str
    result: str
    at: datetime
    url: str


@dataclass(frozen=True)
class MemberItem:
    """One item of a member: `code` as in states; what they did, the latest first."""

    column: Column
    code: str
    due: datetime | None
    extended: bool
    url: str
    dids: list[Did]
    more: int

    @property
    def css(self) -> str:
        """The class of its mark."""
        return f"{self.code[0]} o" if self.code in OVERDUE and self.code != states.LATE else self.code[0]

    @property
    def percent(self) -> str:
        """What stands in the mark of something tried."""
        return self.code[1:].rstrip("!") if self.code[0] == states.TRIED else ""

    @property
    def words(self) -> str:
        """The state in words."""
        return words(self.code)


class MemberPage:
    """Everything on it is about the group's own items, unless the member shares all of their learning."""

    def __init__(self, reader: Membership, member: Membership) -> None:
        self.reader, self.member, self.group = reader, member, reader.group
        self.user = member.user
        self.now = timezone.now()

    @cached_property
    def facts(self) -> Facts:
        """What is known of this member."""
        return read(self.group, self.now, member=self.user.pk)

    @cached_property
    def codes(self) -> list[str]:
        """Where they stand with each item."""
        return states.matrix(self.facts, self._seconds)[self.user.pk]

    @property
    def _seconds(self) -> int:
        return int(self.now.timestamp())

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why they may need help."""
        found = stuck(self.facts, {self.user.pk: self.codes}, self._seconds)
        return found[0].reasons if found else ()

    @property
    def active(self) -> datetime:
        """When they last did something for the group."""
        return moment(states.last_active(self.facts)[self.user.pk])

    @property
    def counts(self) -> tuple[int, int]:
        """How many of the required items are done, and how many there are."""
        required = [code for code, one in zip(self.codes, self.facts.columns, strict=True) if not one.optional]
        return sum(code in ALL_DONE for code in required), len(required)

    @cached_property
    def meetings(self) -> list[tuple[str, datetime | None, list[MemberItem]]]:
        """The items under their meetings."""
        dids = self._dids()
        found: dict[int | None, tuple[str, datetime | None, list[MemberItem]]] = {}
        for column, code in zip(self.facts.columns, self.codes, strict=True):
            until = self.facts.extended.get((self.user.pk, column.id))
            due = until or column.due
            mine = dids[column.kind, column.item]
            item = MemberItem(
                column=column,
                code=code,
                due=moment(due) if due else None,
                extended=until is not None,
                url=address("item", self.group.slug, column.id),
                dids=mine[:SHOWN_HAND_INS],
                more=len(mine) - SHOWN_HAND_INS,
            )
            at = moment(column.meeting_at) if column.meeting_at else None
            found.setdefault(column.meeting, (column.meeting_title or _("Without a meeting"), at, []))[2].append(item)
        return list(found.values())

    def _dids(self) -> dict[tuple[str, int], list[Did]]:
        """Hand-ins and quiz attempts for the group's items, the latest first (three queries)."""
        found: dict[tuple[str, int], list[Did]] = defaultdict(list)
        here = {kind: [one.item for one in self.facts.columns if one.kind == kind] for kind in (EXERCISE, QUIZ)}
        mine = Submission.objects.of(self.user).filter(exercise__in=here[EXERCISE])
        for one in mine.prefetch_related("runs").order_by("-number"):
            run = one.run
            said = run.get_verdict_display() or run.get_state_display()
            if run.score is not None:
                points, most = number_format(f"{run.score:g}"), number_format(f"{run.max_score:g}")
                said = _("%(result)s, %(points)s of %(most)s") % {"result": said, "points": points, "most": most}
            url = address("work", self.group.slug, one.pk)
            found[EXERCISE, one.exercise_id].append(
                Did(_("Hand-in %(n)d") % {"n": one.number}, said, one.created_at, url)
            )
        attempts = QuizAttempt.objects.of(self.user).filter(quiz__in=here[QUIZ]).with_counts()
        for attempt in attempts.order_by("-number"):
            counts = {"right": attempt.right, "given": attempt.given, "all": attempt.asked}
            said = _("%(right)d of %(all)d right") % counts
            if not attempt.has_ended:
                said = _("%(given)d of %(all)d answered, goes on") % counts
            when = attempt.ended_at or attempt.started_at
            found[QUIZ, attempt.quiz_id].append(Did(attempt.name, said, when, ""))
        return found

    @cached_property
    def concepts(self) -> list[tuple[concepts.Concept, int, str]]:
        """Concepts with the per cent of the points and its word, the weakest first (four queries)."""
        earned = read_earned(self.group, list(self.facts.columns), list(self.facts.members), self.user.pk)
        found = concepts.understood(self.facts.members, read_concepts(), earned)
        shares = found.rows[0][1] if found.rows else []
        pairs = zip(found.concepts, shares, strict=True)
        return [(one, percent, concepts.word(percent)) for one, percent in pairs if percent is not None]

    @cached_property
    def acts(self) -> list[AuditEntry]:
        """What the group's leads did with this member's work, the latest first."""
        inside = AuditEntry.objects.filter(
            subject=self.user, where=self.group.name, actor__memberships__group=self.group
        )
        return list(inside.select_related("actor")[:ACTS_SHOWN])

    @cached_property
    def pins(self) -> list[Any]:
        """Resources that leads recommended."""
        return list(Pin.objects.filter(group=self.group, user=self.user).select_related("resource__section__track"))

    @property
    def pin_form(self) -> PinForm:
        """To recommend a resource."""
        return PinForm()

    @cached_property
    def latest_work(self) -> str:
        """The address of the hand-in that needs a look first, or the latest one; empty where there is none."""
        of_reason = next((reason.latest for reason in self.reasons if reason.latest), "")
        latest = of_reason or max(((hand[5], hand[6]) for hand in self.facts.hands if hand[6]), default=(0, ""))[1]
        return address("work", self.group.slug, UUID(latest)) if latest else ""
