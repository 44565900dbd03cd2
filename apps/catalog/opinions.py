"""What learners say of resources: counted, and used where one of several is proposed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count

from apps.accounts.models import User
from apps.catalog.models import Rating, Resource
from apps.catalog.opinion_models import Word

# How sure we are: 1.96 standard deviations, 95 %.
Z = 1.96
WORTH = {Word.CLICK: 1.0, Word.FINE: 0.5, Word.LOST: 0.0}
ICONS = {Word.CLICK: "lightbulb", Word.FINE: "check", Word.LOST: "circle-help"}


@dataclass(frozen=True)
class Tally:
    """How many said which word of a resource."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many said something."""
        return sum(self.counts.values())

    @property
    def lean(self) -> float:
        """How far opinion surely leaves the middle: above 0 it helps, below 0 it doesn't, 0 for too few to tell.

        The end nearer to the middle of Wilson's interval (E. B. Wilson, 1927, "Probable inference, the law of
        succession, and statistical inference") for the mean worth of a word. Four of four are enough, three aren't.
        """
        if not self.total:
            return 0.0
        mean = sum(WORTH[Word(word)] * count for word, count in self.counts.items()) / self.total
        low, high = wilson(mean, self.total)
        return max(0.0, low - 0.5) + min(0.0, high - 0.5)


@dataclass(frozen=True)
class Choice:
    """A word as its button shows it; pressed again it sends nothing, which takes it back."""

    word: str
    label: str
    icon: str
    count: int
    pressed: bool


def wilson(share: float, total: int, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval for a share in 0 to 1, seen `total` times (at least once)."""
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    middle = share + z * z / (2 * total)
    scale = 1 + z * z / total
    return (middle - spread) / scale, (middle + spread) / scale


def tallies(resources: Iterable[Resource]) -> dict[int, Tally]:
    """The counts of each resource, by its key (one query)."""
    found: dict[int, dict[str, int]] = {resource.pk: {} for resource in resources}
    rows = Rating.objects.filter(resource__in=list(found)).values_list("resource", "word").annotate(Count("id"))
    for key, word, count in rows.order_by():
        found[key][word] = count
    return {key: Tally(counts) for key, counts in found.items()}


def choices(resource: Resource, user: User | AnonymousUser) -> list[Choice]:
    """The words for a resource with their counts, and which one is the user's (two queries)."""
    counts = tallies([resource])[resource.pk].counts
    mine = Rating.objects.filter(user=user, resource=resource) if user.is_authenticated else Rating.objects.none()
    said = mine.values_list("word", flat=True).first()
    return [Choice(word, str(word.label), ICONS[word], counts.get(word, 0), word == said) for word in Word]


def best_first(resources: Iterable[Resource]) -> list[Resource]:
    """By what learners say of them; those of which too little is known keep their place in the middle (one query)."""
    found = list(resources)
    tally = tallies(found)
    return sorted(found, key=lambda resource: -tally[resource.pk].lean)


def another_perspective(resource: Resource) -> list[Resource]:
    """Others on the same concepts: those that share most of them, and of these the best first (three queries)."""
    found = best_first(Resource.objects.another_perspective(resource))
    return sorted(found, key=lambda other: -other.shared)


def rate(*, user: User, resource: Resource, word: str) -> None:
    """The user's word from now on; an empty one takes theirs back. Raises ValueError for one that is none."""
    if word:
        Rating.objects.update_or_create(user=user, resource=resource, defaults={"word": Word(word)})
    else:
        Rating.objects.filter(user=user, resource=resource).delete()
