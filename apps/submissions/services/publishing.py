"""What other programs may be told of a hand-in (accounts/events.py): graded, commented on, ended by our fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.accounts.events import Event, publish
from apps.accounts.kinds import Channel
from apps.accounts.notifications import channels, notify

from ..constants import Verdict
from ..said import figure

if TYPE_CHECKING:
    from ..models import Comment, Run, Submission

GRADED, COMMENTED, FAULT = "submission.graded", "comment.created", "platform.fault"


def graded(run: Run, *, by: str = "grader", score: float | None = None) -> None:
    """A hand-in has a score, or another one, given `by` grader, lead or regrade; `score` is what a lead gave."""
    given = run.score if score is None else score

    def facts() -> dict[str, Any]:
        return _about(run.submission) | {
            "score": given,
            "max_score": run.max_score,
            "verdict": run.verdict,
            "by": by,
        }

    _publish(GRADED, run.submission, facts)


def tell_learner(run: Run) -> None:
    """Tell the learner of a run that it has ended, where they want to know: most look at its page, and don't."""
    submission = run.submission
    if channels([submission.user_id], "graded")[submission.user_id] == Channel.NOTHING:
        return
    facts = {"number": submission.number, "exercise": submission.exercise}

    def told() -> str:
        if run.verdict == Verdict.PLATFORM_ERROR:
            text = _(
                "Your hand-in %(number)s of %(exercise)s could not be graded, by our fault. It cost you no attempt."
            )
            return text % facts
        points = {"points": figure(f"{run.score:g}"), "most": figure(f"{run.max_score:g}")}
        text = _("Your hand-in %(number)s of %(exercise)s is graded: %(points)s of %(most)s points.")
        return text % (facts | points)

    notify([submission.user], kind="graded", text=told, url=submission.get_absolute_url())


def commented(comment: Comment) -> None:
    """Somebody wrote on a hand-in. What they wrote stays between the two."""

    def facts() -> dict[str, Any]:
        said = {"id": comment.pk, "cell": comment.cell, "author": _person(comment.author)}
        return _about(comment.submission) | {"comment": said}

    _publish(COMMENTED, comment.submission, facts)


def failed(run: Run) -> None:
    """A run was ended by a fault of ours."""
    _publish(FAULT, run.submission, lambda: _about(run.submission) | {"reason": run.reason})


def _publish(kind: str, submission: Submission, facts: Any) -> None:
    publish(Event(kind, learner=submission.user_id, exercise=submission.exercise_id, facts=facts))


def _about(submission: Submission) -> dict[str, Any]:
    return {
        "learner": _person(submission.user),
        "exercise": {"slug": submission.exercise.slug, "title": submission.exercise.title},
        "submission": {
            "id": str(submission.pk),
            "number": submission.number,
            "url": submission.get_absolute_url(),
        },
    }


def _person(user: Any) -> dict[str, Any] | None:
    return {"id": user.pk, "name": user.display_name} if user else None
