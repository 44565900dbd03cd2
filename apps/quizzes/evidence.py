"""What is known of a learner, concept by concept: answers here, and what apps above this one add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.quizzes.content import HINT_COST
from apps.quizzes.mastery import DIFFICULTY, Evidence, Mastery, estimate
from apps.quizzes.models import Answer, Question

if TYPE_CHECKING:
    from apps.accounts.models import User

# Pairs of a concept's key and what is known.
Source = Callable[["User", datetime], Iterable[tuple[int, Evidence]]]
_sources: list[Source] = []
# The chance to be right by guessing: one option or region of the three or four that there usually are.
CHANCE = {"single": 0.3, "hotspot": 0.3}
DAY_S = 86_400


def register(source: Source) -> None:
    """Called when an app is ready: `source` is asked from then on."""
    if source not in _sources:
        _sources.append(source)


def mastery_of(user: User) -> dict[int, Mastery]:
    """The mastery of every concept of which something is known, by the concept's key."""
    known: dict[int, list[Evidence]] = defaultdict(list)
    now = timezone.now()
    for source in (from_answers, *_sources):
        for concept, evidence in source(user, now):
            known[concept].append(evidence)
    return {concept: estimate(evidence) for concept, evidence in known.items()}


def from_answers(user: User, now: datetime) -> Iterable[tuple[int, Evidence]]:
    """Each scored answer, in quizzes and reviews, for every concept of its question (two queries)."""
    fields = (
        "question_id", "question__kind", "question__level", "share", "hints_taken", "certainty", "answered_at",
        "version__content__hints",
    )  # fmt: skip
    answers = list(Answer.objects.of(user).scored().values_list(*fields))
    concepts: dict[int, list[int]] = defaultdict(list)
    links: Any = Question.concepts.through.objects.filter(question_id__in={row[0] for row in answers})
    for question, concept in links.values_list("question_id", "concept_id"):
        concepts[question].append(concept)
    for question, kind, level, share, taken, certainty, at, hints in answers:
        cost = sum(hint.get("costs", HINT_COST) for hint in (hints or [])[:taken])
        evidence = Evidence(
            share=max(0.0, share * (1 - cost)),
            difficulty=DIFFICULTY[level],
            age_days=(now - at).total_seconds() / DAY_S,
            certainty=certainty,
            chance=CHANCE.get(kind, 0.0),
        )
        for concept in concepts[question]:
            yield concept, evidence
