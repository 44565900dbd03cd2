"""What hand-ins tell of a learner's mastery: the latest graded one of each exercise, for each of its concepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from apps.exercises.models import Exercise
from apps.quizzes.mastery import DIFFICULTY, Evidence

from .constants import State, Verdict
from .models import Override, Run

if TYPE_CHECKING:
    from apps.accounts.models import User

# To have built a thing says more than to have answered one question on it.
WEIGHT = 3.0
DAY_S = 86_400


def from_hand_ins(user: User, now: datetime) -> Iterator[tuple[int, Evidence]]:
    """Pairs of a concept's key and what the latest hand-in of an exercise says of it (two queries).

    What ended by our fault says nothing; a score that a lead gave counts instead of the grader's.
    """
    ended = Run.objects.filter(submission__user=user, state=State.DONE, trial=False)
    graded = ended.filter(score__isnull=False, max_score__gt=0)
    # By their numbers: a regrade may have run an early one last.
    rows = graded.exclude(verdict=Verdict.PLATFORM_ERROR).order_by("submission__number")
    latest: dict[int, tuple[str, float, datetime]] = {}
    given = Override.objects.filter(submission=OuterRef("submission"), withdrawn_at__isnull=True)
    points = Coalesce(Subquery(given.values("points")[:1]), "score")
    max_points = Coalesce(Subquery(given.values("max_points")[:1]), "max_score")
    fields = ("submission__exercise_id", "submission__exercise__level", points, max_points, "finished_at")
    for exercise, level, score, most, at in rows.values_list(*fields):
        latest[exercise] = level, score / most, at
    concepts: dict[int, list[int]] = defaultdict(list)
    links: Any = Exercise.concepts.through.objects.filter(exercise_id__in=latest)
    for exercise, concept in links.values_list("exercise_id", "concept_id"):
        concepts[exercise].append(concept)
    for exercise, (level, share, at) in latest.items():
        evidence = Evidence(
            share=share, difficulty=DIFFICULTY[level], age_days=(now - at).total_seconds() / DAY_S, weight=WEIGHT
        )
        for concept in concepts[exercise]:
            yield concept, evidence
