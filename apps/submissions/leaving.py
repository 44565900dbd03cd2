"""What hand-ins leave outside the database, and in what somebody takes along."""

from __future__ import annotations

from collections.abc import Iterator

from apps.accounts.leaving import NotYet
from apps.accounts.models import User

from . import rendering
from .constants import FINAL_STATES
from .models import Run, SubmittedNotebook
from .services.handin import cancel


def remove_files(user: User) -> None:
    """Called before an account is deleted: its runs stop, and their files go. Raises NotYet while one goes on."""
    runs = Run.objects.filter(submission__user=user)
    for run in runs.exclude(state__in=FINAL_STATES).select_related("submission"):
        cancel(run=run, actor=user)
    if runs.exclude(state__in=FINAL_STATES).exists():
        raise NotYet("a run is being graded")
    for run in runs.iterator():
        for attempt in range(1, run.attempt + 1):
            run.stored_at(attempt).remove()
        rendering.drop_pages(run)


def notebooks(user: User) -> Iterator[tuple[str, str]]:
    """Called for an export: each notebook that was handed in."""
    found = SubmittedNotebook.objects.filter(submission__user=user).select_related("submission__exercise")
    for one in found.order_by("submission__created_at").iterator():
        yield f"notebooks/{one.submission.exercise.slug}/{one.submission.number}.ipynb", one.text
