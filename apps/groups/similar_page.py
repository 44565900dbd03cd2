"""What the latest hand-ins of a group's members have in common: a hint for its leads, never a verdict."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.cache import cache
from django.http import Http404

from apps.exercises.models import ExerciseVersion
from apps.exercises.package import PackageError
from apps.exercises.publishing import published_notebook
from apps.submissions.cell_diff import Row, side_by_side
from apps.submissions.models import Submission, SubmittedNotebook
from apps.submissions.similarity import alike

if TYPE_CHECKING:
    from .models import Assignment, Group

# Part of the name under which pairs are kept: raise it when they come out differently.
FORM = 2
KEPT_S = 24 * 3600


@dataclass(frozen=True)
class SimilarPair:
    """Two hand-ins with much in common."""

    one: Submission
    other: Submission
    estimated: float
    exact: float

    @property
    def percent(self) -> int:
        """How much of what is in either is in both."""
        return round(100 * self.exact)


class SimilarPage:
    """Pairs among the latest hand-ins of an exercise, of those who are in the group now."""

    def __init__(self, group: Group, assignment: Assignment) -> None:
        self.group, self.assignment = group, assignment
        self.exercise = assignment.exercise

    @cached_property
    def latest(self) -> list[Any]:
        """Each member's latest hand-in."""
        members = self.group.memberships.current().values("user")
        mine = Submission.objects.filter(exercise=self.exercise, user__in=members).select_related("user")
        found: dict[int, Any] = {one.user_id: one for one in mine.order_by("number")}
        return sorted(found.values(), key=lambda one: str(one.pk))

    @cached_property
    def pairs(self) -> list[SimilarPair]:
        """The pairs, those with most in common first. Worked out once for the same hand-ins."""
        by_key = {str(one.pk): one for one in self.latest}
        name = hashlib.sha256(f"{FORM} {' '.join(by_key)}".encode()).hexdigest()
        rows = cache.get_or_set(f"similar-{name}", self._compare, KEPT_S)
        return [SimilarPair(by_key[one], by_key[other], *shares) for one, other, *shares in rows or []]

    def _compare(self) -> list[tuple[str, str, float, float]]:
        texts = SubmittedNotebook.objects.filter(submission__in=self.latest).values_list("submission_id", "text")
        notebooks = {str(pk): code_of(json.loads(text)) for pk, text in texts}
        starter = starter_of({one.version_id for one in self.latest})
        found = alike(notebooks, starter=starter)
        return [(pair.one, pair.other, pair.estimated, pair.exact) for pair in found]


class SideBySide:
    """Two hand-ins of members beside each other. Raises Http404 where one is not theirs, or of another exercise."""

    def __init__(self, page: SimilarPage, one: UUID, other: UUID) -> None:
        members = page.group.memberships.current().values("user")
        mine = Submission.objects.filter(exercise=page.exercise, user__in=members).select_related("user", "notebook")
        found = {submission.pk: submission for submission in mine.filter(pk__in=[one, other])}
        if len(found) != 2 or found[one].user_id == found[other].user_id:
            raise Http404("There are no two such hand-ins.")
        self.one, self.other = found[one], found[other]

    @cached_property
    def rows(self) -> list[Row]:
        """The cells beside each other."""
        starter = starter_of({self.one.version_id, self.other.version_id})
        left, right = (code_of(json.loads(one.notebook.text)) for one in (self.one, self.other))
        return side_by_side(left, right, starter=starter)


def code_of(notebook: dict[str, Any]) -> list[str]:
    """The sources of a notebook's code cells."""
    return [str(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def starter_of(versions: set[int]) -> list[str]:
    """The code cells of these versions' starters, as Colab and Kaggle get them; of one whose package is gone none."""
    found: list[str] = []
    for version in ExerciseVersion.objects.filter(pk__in=versions).select_related("exercise"):
        try:
            found += code_of(published_notebook(version.package(), site=""))
        except PackageError:
            continue
    return found
