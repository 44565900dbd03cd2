"""Who may see a hand-in: its learner and staff. For anybody else it does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404

from .models import Submission

if TYPE_CHECKING:
    from apps.accounts.models import User


def get_submission(user: User, pk: UUID) -> Submission:
    """The hand-in with what its page shows, for its learner or for staff. Raises Http404 for a stranger."""
    submission = Submission.objects.with_runs().select_related("version").filter(pk=pk).first()
    if submission is None or not (user.is_staff or submission.user_id == user.pk):
        raise Http404("There is no such hand-in.")
    return submission
