"""How far a learner has come. Optional resources never hold anybody back: they count once they are done."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from apps.catalog.models import Resource, Section, Track
from apps.catalog.reached import Reached


@dataclass(frozen=True)
class Progress:
    """`done` of `total` resources; `total` leaves out the optional ones that are not done."""

    done: int
    total: int

    @property
    def complete(self) -> bool:
        """Everything that is not optional is done, and something is."""
        return 0 < self.total == self.done

    @property
    def begun(self) -> bool:
        """Something is done."""
        return self.done > 0

    @classmethod
    def of(cls, resources: Iterable[tuple[Section, Resource]], done: Set[int]) -> Progress:
        """The progress over these resources, by the keys of those done."""
        finished = required = 0
        for section, resource in resources:
            if resource.pk in done:
                finished += 1
            elif not (resource.optional or section.optional):
                required += 1
        return cls(finished, finished + required)


@dataclass(frozen=True)
class SectionProgress:
    """A section, how far a learner has come in it, and the keys of the resources in it that they are done with.

    `own` is what they have reached in its exercises and quizzes.
    """

    section: Section
    progress: Progress
    done: tuple[int, ...]
    own: Reached


@dataclass(frozen=True)
class TrackProgress:
    """A track fetched with `with_contents`, and how far a learner has come in it and in each of its sections."""

    track: Track
    progress: Progress
    sections: tuple[SectionProgress, ...]

    @classmethod
    def of(cls, track: Track, done: Set[int], own: Reached = frozenset()) -> TrackProgress:
        """The progress in `track`, by the keys of the resources done and what was reached beside them."""
        sections = []
        for section in track.sections.all():
            pairs = [(section, resource) for resource in section.resources.all()]
            keys = tuple(resource.pk for _, resource in pairs if resource.pk in done)
            above = {(one._meta.label_lower, one.pk) for one in (*section.exercises.all(), *section.quizzes.all())}
            here = frozenset(one for one in own if one[:2] in above) if own else own
            sections.append(SectionProgress(section, Progress.of(pairs, done), keys, here))
        return cls(track, Progress.of(resources_in(track), done), tuple(sections))


def resources_in(track: Track) -> list[tuple[Section, Resource]]:
    """The resources of a track fetched with `with_contents`, each with its section, in order."""
    return [(section, resource) for section in track.sections.all() for resource in section.resources.all()]


def next_step(tracks: Iterable[TrackProgress], done: Set[int]) -> tuple[Track, Resource] | None:
    """What to do next: the first required resource left, in a track that was begun before one that was not.

    The course itself comes last, because it runs beside everything else. None where nothing is left.
    """
    for one in sorted(tracks, key=lambda one: (one.track.is_spine, not one.progress.begun)):
        for section, resource in resources_in(one.track):
            if resource.pk not in done and not (resource.optional or section.optional):
                return one.track, resource
    return None
