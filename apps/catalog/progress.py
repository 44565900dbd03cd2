"""How far a learner has come. Optional resources never hold anybody back: they count once they are done."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from apps.catalog.models import Resource, Section, Track


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


def resources_in(track: Track) -> list[tuple[Section, Resource]]:
    """The resources of a track fetched with `with_contents`, each with its section, in order."""
    return [(section, resource) for section in track.sections.all() for resource in section.resources.all()]


def note_progress(track: Track, done: Set[int]) -> Track:
    """Write `progress` on the track and its sections, and `done` on its resources, for the templates."""
    for section in track.sections.all():
        pairs = [(section, resource) for resource in section.resources.all()]
        section.progress = Progress.of(pairs, done)
        for _, resource in pairs:
            resource.done = resource.pk in done
    track.progress = Progress.of(resources_in(track), done)
    track.resource_count = sum(len(section.resources.all()) for section in track.sections.all())
    track.exercise_count = sum(len(section.exercises.all()) for section in track.sections.all())
    return track


def next_step(tracks: Iterable[Track], done: Set[int]) -> tuple[Track, Resource] | None:
    """What to do next: the first required resource left, in a track that was begun before one that was not.

    Takes tracks that went through `note_progress`. The course itself comes last, because it runs beside everything
    else. None where nothing is left.
    """
    for track in sorted(tracks, key=lambda track: (track.is_spine, not track.progress.begun)):
        for section, resource in resources_in(track):
            if resource.pk not in done and not (resource.optional or section.optional):
                return track, resource
    return None
