"""What an attempt came to: points, each concept, and where to look at what was missed from another side."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from apps.catalog.models import Completion, Concept, Resource, exercises_on_offer
from apps.quizzes.constants import RIGHT, AnswerState
from apps.quizzes.models import QuizAttempt
from apps.quizzes.page import AttemptPage

if TYPE_CHECKING:
    from apps.accounts.models import User

# Of each kind, for each concept; and for so many concepts, the weakest, that one can follow them all.
PERSPECTIVES = 2
CONCEPTS = 3


@dataclass
class ConceptResult:
    """How the questions on one concept went; `others` are resources and exercises that show it from another side."""

    concept: Concept
    asked: int = 0
    points: float = 0.0
    resources: list[Resource] = field(default_factory=list)
    exercises: list[Any] = field(default_factory=list)

    @property
    def percent(self) -> int:
        """Of the points on this concept."""
        return round(100 * self.points / self.asked)

    @property
    def missed(self) -> bool:
        """Whether something is missing."""
        return self.points < RIGHT * self.asked


class ResultPage(AttemptPage):
    """An attempt that has ended. A constant number of queries, whatever the quiz's length."""

    def __init__(self, attempt: QuizAttempt, reader: User) -> None:
        super().__init__(attempt)
        self.reader = reader

    @cached_property
    def points(self) -> float:
        """One for each question, hints counted."""
        return sum(answer.worth for answer in self.answers)

    @property
    def right_count(self) -> int:
        """How many were right."""
        return sum((answer.share or 0) >= RIGHT for answer in self.answers)

    @property
    def checking_count(self) -> int:
        """How many are still being compared."""
        return sum(answer.state == AnswerState.CHECKING for answer in self.answers)

    @cached_property
    def concepts(self) -> list[ConceptResult]:
        """Each concept of the quiz, the weakest first; what is still compared is left out."""
        found: dict[int, ConceptResult] = {}
        for answer in self.answers:
            if answer.state == AnswerState.CHECKING:
                continue
            worth = answer.worth
            for concept in answer.question.concepts.all():
                result = found.setdefault(concept.pk, ConceptResult(concept))
                result.asked += 1
                result.points += worth
        return sorted(found.values(), key=lambda one: (one.points / one.asked, one.concept.title))

    @cached_property
    def perspectives(self) -> list[ConceptResult]:
        """The concepts on which most was missed, with what the learner has not done on each."""
        missed = {one.concept.pk: one for one in self.concepts if one.missed}
        user = self.attempt.user
        done = Completion.objects.resources_of(user)
        resources = Resource.objects.current().filter(concepts__in=missed).exclude(pk__in=done)
        for resource in resources.distinct().select_related("section__track").prefetch_related("concepts"):
            _spread(resource, missed, "resources")
        exercises = exercises_on_offer().filter(concepts__in=missed).exclude(submissions__user=user)
        for exercise in exercises.distinct().select_related("section__track").prefetch_related("concepts"):
            _spread(exercise, missed, "exercises")
        return [one for one in missed.values() if one.resources or one.exercises][:CONCEPTS]


def _spread(found: Any, missed: dict[int, ConceptResult], into: str) -> None:
    """Put a resource or an exercise beside one concept that it is about: where there is least so far."""
    about = [missed[concept.pk] for concept in found.concepts.all() if concept.pk in missed]
    emptiest = min(about, key=lambda one: len(getattr(one, into)))
    listed = getattr(emptiest, into)
    if len(listed) < PERSPECTIVES:
        listed.append(found)
