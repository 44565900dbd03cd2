"""Where a learner stands: the map of a track, and the next step with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from apps.catalog.models import Completion, Concept, Resource, Track
from apps.catalog.opinions import best_first
from apps.catalog.suggestions import Suggestion
from apps.quizzes.concept_map import Layout, lay_out
from apps.quizzes.evidence import mastery_of
from apps.quizzes.mastery import Mastery, Standing
from apps.quizzes.models import Card, Quiz, QuizAttempt

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User

NOTHING = Mastery(0.0, 0.0)
# In words, and the mark that says the same by its shape.
WORDS = {
    Standing.UNKNOWN: (gettext_lazy("Not met yet"), "circle"),
    Standing.SHAKY: (gettext_lazy("Shaky"), "circle-dot"),
    Standing.GROWING: (gettext_lazy("Growing"), "gauge"),
    Standing.SOLID: (gettext_lazy("Solid"), "circle-check"),
}
# So many due cards are worth a sitting.
SITTING = 5
DUE, RESUME, SHAKY, QUIZ = 10, 20, 30, 60


@dataclass(frozen=True)
class Place:
    """A concept on the map: where it stands, and in how far it is mastered."""

    concept: Concept
    mastery: Mastery

    @property
    def standing(self) -> Standing:
        """Mastery in a word."""
        return self.mastery.standing

    @property
    def words(self) -> str:
        """The same, as it is written."""
        return str(WORDS[self.standing][0])

    @property
    def icon(self) -> str:
        """The same, as a mark."""
        return WORDS[self.standing][1]

    @property
    def percent(self) -> int | None:
        """Mastery of 100; None where too little is known."""
        return None if self.standing == Standing.UNKNOWN else round(100 * self.mastery.value)


class TrackMap:
    """What the page of a map shows; for somebody who is not signed in, the concepts alone (four queries or five)."""

    def __init__(self, track: Track, reader: User | AnonymousUser) -> None:
        self.track, self.reader = track, reader

    @cached_property
    def places(self) -> list[Place]:
        """The track's concepts, what comes first first."""
        mastery = mastery_of(self.reader) if self.reader.is_authenticated else {}
        found = {concept.slug: concept for concept in self._concepts}
        order = sorted(self.layout.nodes, key=lambda node: (node.x, node.y))
        return [Place(found[node.key], mastery.get(found[node.key].pk, NOTHING)) for node in order]

    @cached_property
    def layout(self) -> Layout:
        """Where each box stands."""
        titles = {concept.slug: concept.title for concept in self._concepts}
        return lay_out(titles, {c.slug: {need.slug for need in c.needs.all()} for c in self._concepts})

    @property
    def drawn(self) -> list[tuple[object, Place]]:
        """Each box with what is written on it."""
        return [(self.layout.by_key[place.concept.slug], place) for place in self.places]

    @property
    def counts(self) -> list[tuple[str, str, str, int]]:
        """Each standing with its mark, its words, and how many concepts are there."""
        counted = Counter(place.standing for place in self.places)
        return [(standing, mark, str(words), counted[standing]) for standing, (words, mark) in reversed(WORDS.items())]

    @cached_property
    def _concepts(self) -> list[Concept]:
        here = (
            Q(resources__section__track=self.track, resources__retired=False)
            | Q(exercises__section__track=self.track, exercises__retired=False)
            | Q(questions__quiz__section__track=self.track, questions__retired=False)
        )
        keys = Concept.objects.filter(here).values("pk")
        return list(Concept.objects.current().filter(pk__in=keys).prefetch_related("needs"))


def suggestions(user: User) -> Iterator[Suggestion]:
    """What this app proposes to a learner: see apps.catalog.suggestions."""
    due = Card.objects.due(user, timezone.now()).count()
    if due >= SITTING:
        reason = _("%(due)s questions are due today. Ten of them take two minutes, and they stay with you.")
        yield Suggestion(
            rank=DUE,
            title=_("Review what you know"),
            reason=reason % {"due": due},
            url=reverse("learning:reviews"),
            action=pgettext("what one does with a question that is due", "Review"),
            icon="rotate-ccw",
        )
    going_on = QuizAttempt.objects.of(user).unfinished().select_related("quiz__section__track").first()
    if going_on:
        yield Suggestion(
            rank=RESUME,
            title=going_on.quiz.title,
            reason=_("You began this quiz and left it open. It goes on where you were."),
            url=going_on.get_absolute_url(),
            accent=going_on.quiz.section.track.accent,
            icon="circle-help",
        )
    yield from _another_perspective(user)
    taken = QuizAttempt.objects.of(user).values("quiz")
    begun = Completion.objects.resources_of(user)
    fresh = Quiz.objects.for_list().exclude(pk__in=taken).filter(section__resources__in=begun).first()
    if fresh:
        yield Suggestion(
            rank=QUIZ,
            title=fresh.title,
            reason=_("You have been through something of “%(section)s”: see what stayed.") % {"section": fresh.section},
            url=fresh.get_absolute_url(),
            accent=fresh.section.track.accent,
            action=_("Take the quiz"),
            icon="circle-help",
        )


def _another_perspective(user: User) -> Iterator[Suggestion]:
    """The shakiest concept, looked at from a side that the learner has not seen."""
    shaky = {key: found for key, found in mastery_of(user).items() if found.standing == Standing.SHAKY}
    if not shaky:
        return
    weakest = Concept.objects.current().filter(pk=min(shaky, key=lambda key: shaky[key].value)).first()
    if weakest is None:
        return
    done = Completion.objects.resources_of(user)
    resource = next(iter(best_first(Resource.objects.on_concept(weakest).exclude(pk__in=done))), None)
    reason = _("You have missed “%(concept)s” more often than not. Here is another perspective on it.")
    yield Suggestion(
        rank=SHAKY,
        title=resource.title if resource else weakest.title,
        reason=reason % {"concept": weakest.title},
        url=resource.get_absolute_url() if resource else weakest.get_absolute_url(),
        accent=resource.section.track.accent if resource else "",
        action=_("Look again"),
        icon="eye",
    )
