"""Who may see a hand-in: its learner, staff, and whoever helps its learner. For anybody else it does not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404

from .models import Submission

if TYPE_CHECKING:
    from apps.accounts.models import User

# Those who help the learner of a hand-in: the page on which each looks at it, by the user's key.
Helpers = Callable[[Submission], Mapping[int, str]]
_sources: list[Helpers] = []


def register(source: Helpers) -> None:
    """Called when an app is ready: whoever `source` names for a hand-in may see it from then on."""
    if source not in _sources:
        _sources.append(source)


def helpers_of(submission: Submission) -> dict[int, str]:
    """Whoever may help with a hand-in without being its learner or staff, and the page on which each looks at it."""
    found: dict[int, str] = {}
    for source in _sources:
        found |= {user: page for user, page in source(submission).items() if user not in found}
    found.pop(submission.user_id, None)
    return found


def page_for(user: User, submission: Submission) -> str:
    """The address at which `user` looks at a hand-in; empty for a stranger."""
    if user.pk == submission.user_id:
        return submission.get_absolute_url()
    page = helpers_of(submission).get(user.pk, "")
    return page or (submission.get_absolute_url() if user.is_staff else "")


def may_change(user: User, submission: Submission) -> bool:
    """Whether `user` may stop it, or answer on its own page: its learner and staff."""
    return user.is_staff or submission.user_id == user.pk


def get_submission(user: User, pk: UUID) -> Submission:
    """The hand-in with what its page shows, for whoever may change it: its learner or staff.

    Raises Http404 for a stranger.
    """
    submission = _find(pk)
    if submission is None or not may_change(user, submission):
        raise Http404("There is no such hand-in.")
    return submission


def get_readable(user: User, pk: UUID) -> Submission:
    """The same for whoever may only look, those who help its learner too. Raises Http404 for a stranger."""
    submission = _find(pk)
    if submission is None or not page_for(user, submission):
        raise Http404("There is no such hand-in.")
    return submission


def _find(pk: UUID) -> Submission | None:
    found: Submission | None = Submission.objects.with_runs().select_related("version").filter(pk=pk).first()
    return found
