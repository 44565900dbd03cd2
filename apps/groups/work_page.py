"""A member's hand-in as a lead looks at it: what its learner sees, and what the lead can do about it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.submissions.conversation import Conversation
from apps.submissions.models import AttemptGrant, Submission
from apps.submissions.page import RunPage

from .acting_forms import AttemptsForm, PinForm, ScoreForm, TakeBackForm
from .helping import is_planned
from .models import Membership, Pin

if TYPE_CHECKING:
    from django.forms import Form


class WorkPage:
    """Everything that work.html shows. A form that was refused stands in `sent`, under its name."""

    def __init__(self, leading: Membership, submission: Submission, sent: dict[str, Form] | None = None) -> None:
        self.leading, self.submission, self.sent = leading, submission, sent or {}
        self.run_page = RunPage(submission)

    @property
    def context(self) -> dict[str, Any]:
        """What the template is given; the parts that it shares with the learner's page have their own names."""
        return {
            "group": self.leading.group,
            "membership": self.leading,
            "page": self,
            "submission": self.submission,
            "view": self.run_page,
            "comment_form": self.sent.get("comment"),
            "comment_url": reverse("groups:work_comment", args=self._address) if self.is_open else "",
            "side_first": "groups/_acts.html",
        }

    @property
    def is_open(self) -> bool:
        """Whether anything may change: not in an archived group."""
        return not self.leading.group.is_archived

    @cached_property
    def may_give(self) -> bool:
        """Whether a lead may give scores and attempts: where the exercise is on the plan, and the work another's."""
        mine = self.submission.user_id == self.leading.user_id
        return self.is_open and not mine and is_planned(self.leading, self.submission.exercise)

    @property
    def conversation(self) -> Conversation:
        """What is said on it, cell by cell."""
        return self.run_page.conversation

    @cached_property
    def attempts(self) -> tuple[int, int | None]:
        """Used up, and how many there are (None: no limit)."""
        return self.run_page.attempts

    @property
    def is_out_of_attempts(self) -> bool:
        """Whether its learner can't hand in again."""
        used, limit = self.attempts
        return limit is not None and used >= limit

    @cached_property
    def grants(self) -> list[AttemptGrant]:
        """Attempts that were given so far, the latest first."""
        whose = {"user": self.submission.user, "exercise": self.submission.exercise}
        return list(AttemptGrant.objects.filter(**whose).select_related("by").order_by("-at"))

    @cached_property
    def pins(self) -> list[Pin]:
        """What this group's leads recommended to its learner."""
        pins = self.leading.group.pins.filter(user=self.submission.user)
        return list(pins.select_related("resource__section__track", "by"))

    @property
    def score_form(self) -> Form:
        """A score by hand; as the score is where there is none yet."""
        points = self.submission.points
        start = {"points": f"{points:g}" if points is not None else None}
        return self.sent.get("score") or ScoreForm(most=self.run_page.run.max_score, initial=start)

    @property
    def take_back_form(self) -> Form:
        """The grader's score again."""
        return self.sent.get("withdraw") or TakeBackForm()

    @property
    def attempts_form(self) -> Form:
        """Further attempts."""
        return self.sent.get("attempts") or AttemptsForm()

    @cached_property
    def pin_form(self) -> Form:
        """A resource to recommend."""
        return self.sent.get("pin") or PinForm(exercise=self.submission.exercise)

    @property
    def _address(self) -> list[Any]:
        return [self.leading.group.slug, self.submission.pk]
