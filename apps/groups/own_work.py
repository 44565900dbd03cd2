"""What a member has to do, and how far they are: read for their own eyes, in four queries at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.catalog.models import Completion
from apps.quizzes.models import QuizAttempt
from apps.submissions.constants import FINAL_STATES, State
from apps.submissions.models import Standing

from .models import Assignment, Extension

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class Progress:
    """How far somebody is with one thing: in words, with a tone and an icon of the tag `state`."""

    words: str
    tone: str = "calm"
    icon: str = "circle"
    is_done: bool = False


@dataclass(frozen=True)
class OwnItem:
    """One assignment as its member sees it."""

    assignment: Assignment
    due: datetime | None
    extended: bool
    progress: Progress
    now: datetime

    @property
    def is_late(self) -> bool:
        """Whether it should have been done by now."""
        return (
            not self.progress.is_done and not self.assignment.optional and self.due is not None and self.due < self.now
        )

    @property
    def shows_due(self) -> bool:
        """Whether its date says more than that of its meeting does."""
        meeting = self.assignment.meeting
        return self.due is not None and not self.progress.is_done and not (meeting and meeting.starts_at == self.due)

    @property
    def verb(self) -> str:
        """What one does with it: watch, read, answer, hand in …"""
        if self.assignment.exercise_id:
            return pgettext("to do", "Hand in")
        if self.assignment.quiz_id:
            return pgettext("to do", "Answer")
        match self.assignment.resource.kind if self.assignment.resource else "":
            case "video":
                return pgettext("to do", "Watch")
            case "course":
                return pgettext("to do", "Work through")
            case "platform" | "competition":
                return pgettext("to do", "Try")
            case _:
                return pgettext("to do", "Read")


def own_work(*, user: User, assignments: Iterable[Assignment], now: datetime) -> list[OwnItem]:
    """Each of `assignments` (read with `with_items`) with its date for `user`, and how far they are with it."""
    found = list(assignments)
    extended = dict(Extension.objects.filter(user=user, assignment__in=found).values_list("assignment", "due_at"))
    progress = {**_resources(user, found), **_quizzes(user, found), **_exercises(user, found)}
    return [OwnItem(one, extended.get(one.pk, one.due), one.pk in extended, progress[one.pk], now) for one in found]


def _resources(user: User, assignments: list[Assignment]) -> dict[int, Progress]:
    here = {one.resource_id: one.pk for one in assignments if one.resource_id}
    completed = (
        Completion.objects.filter(user=user, resource__in=here).values_list("resource_id", flat=True) if here else ()
    )
    done = set(completed)
    return {
        pk: Progress(pgettext("item", "Done"), "good", "circle-check", True)
        if resource in done
        else Progress(_("Not yet"))
        for resource, pk in here.items()
    }


def _quizzes(user: User, assignments: list[Assignment]) -> dict[int, Progress]:
    """The best attempt that has ended, else the one that goes on."""
    here = {one.quiz_id: one.pk for one in assignments if one.quiz_id}
    states = {pk: Progress(_("Not begun")) for pk in here.values()}
    if not here:
        return states
    best = dict.fromkeys(here, -1)
    for attempt in QuizAttempt.objects.of(user).filter(quiz__in=here).with_counts().order_by("number"):
        pk = here[attempt.quiz_id]
        if attempt.has_ended and attempt.right > best[attempt.quiz_id]:
            best[attempt.quiz_id] = attempt.right
            tone = "good" if attempt.right == attempt.asked else "calm"
            words = _("%(right)d of %(all)d right") % {"right": attempt.right, "all": attempt.asked}
            states[pk] = Progress(words, tone, "circle-check", True)
        elif not attempt.has_ended and not states[pk].is_done:
            words = _("%(given)d of %(all)d answered") % {"given": attempt.given, "all": attempt.asked}
            states[pk] = Progress(words, "calm", "circle-dot")
    return states


def _exercises(user: User, assignments: list[Assignment]) -> dict[int, Progress]:
    here = {one.exercise_id: one.pk for one in assignments if one.exercise_id}
    states = {pk: Progress(_("Not handed in")) for pk in here.values()}
    for standing in Standing.objects.filter(user=user, exercise__in=here) if here else ():
        states[here[standing.exercise_id]] = _exercise(standing)
    return states


def _exercise(standing: Standing) -> Progress:
    if standing.passed_at is not None:
        return Progress(_("Passed"), "good", "circle-check", True)
    if standing.latest_state not in FINAL_STATES:
        return Progress(str(State(standing.latest_state).label), "calm", "hourglass")
    if standing.best_share is None:
        return Progress(_("No result yet"), "calm", "circle-dot")
    percent = f"{100 * standing.best_share:.0f}"
    return Progress(_("%(percent)s %% of the points") % {"percent": percent}, "warn", "circle-dot")
