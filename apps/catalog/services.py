"""Changes across several rows of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from apps.accounts.models import User
from apps.catalog import edition, proposals
from apps.catalog.curriculum import Curriculum, SectionEntry, TrackEntry
from apps.catalog.models import Completion, Concept, Resource, Section, Track


@dataclass(frozen=True)
class SyncReport:
    """How many rows of each kind are in the curriculum now, and how many are retired."""

    tracks: int
    sections: int
    resources: int
    concepts: int
    retired: int

    def __str__(self) -> str:
        return (
            f"{self.tracks} tracks, {self.sections} sections, {self.resources} resources, "
            f"{self.concepts} concepts ({self.retired} retired)"
        )


@transaction.atomic
def sync_catalog(*, curriculum: Curriculum) -> SyncReport:
    """Make the tables say what the files say; running it again changes nothing.

    1. Concepts, then tracks, sections and resources are created or updated by their slugs.
    2. What the files no longer have is retired, and comes back if it returns there. Nothing is deleted:
       learners' completions and hand-ins hang on these rows.
    3. Who proposed what is new is told.
    """
    concepts = {
        entry.slug: Concept.objects.update_or_create(
            slug=entry.slug, defaults={"title": entry.title, "summary": entry.summary, "retired": False}
        )[0]
        for entry in curriculum.concepts
    }
    for entry in curriculum.concepts:
        concepts[entry.slug].needs.set([concepts[slug] for slug in entry.needs])
    sections: set[int] = set()
    resources: set[int] = set()
    for track_entry in curriculum.tracks:
        track = _sync_track(track_entry)
        for position, section_entry in enumerate(track_entry.sections):
            section = _sync_section(section_entry, track, position)
            sections.add(section.pk)
            resources |= _sync_resources(section_entry, section, concepts)
    gone = (
        Concept.objects.exclude(slug__in=concepts),
        Track.objects.exclude(slug__in=[entry.slug for entry in curriculum.tracks]),
        Section.objects.exclude(pk__in=sections),
        Resource.objects.exclude(pk__in=resources),
    )
    retired = sum(rows.update(retired=True) for rows in gone)
    proposals.find_added()
    edition.renew()
    return SyncReport(len(curriculum.tracks), len(sections), len(resources), len(concepts), retired)


def _sync_track(entry: TrackEntry) -> Track:
    values = {
        "title": entry.title,
        "summary": entry.summary,
        "accent": entry.accent,
        "position": entry.position,
        "is_spine": entry.spine,
        "retired": False,
    }
    return Track.objects.update_or_create(slug=entry.slug, defaults=values)[0]


def _sync_section(entry: SectionEntry, track: Track, position: int) -> Section:
    values = {
        "title": entry.title,
        "summary": entry.summary,
        "position": position,
        "optional": entry.optional,
        "retired": False,
    }
    return Section.objects.update_or_create(track=track, slug=entry.slug, defaults=values)[0]


def _sync_resources(entry: SectionEntry, section: Section, concepts: dict[str, Concept]) -> set[int]:
    """Upsert the section's resources; returns their keys."""
    keys = set()
    for position, item in enumerate(entry.resources):
        values = {
            **item.model_dump(exclude={"slug", "concepts"}),
            "section": section,
            "position": position,
            "retired": False,
        }
        resource, _ = Resource.objects.update_or_create(slug=item.slug, defaults=values)
        resource.concepts.set([concepts[slug] for slug in item.concepts])
        keys.add(resource.pk)
    return keys


def mark_done(*, user: User, resource: Resource) -> Completion:
    """Record that the user is done with the resource; doing so twice keeps the first date."""
    return Completion.objects.get_or_create(user=user, resource=resource)[0]


def undo_done(*, user: User, resource: Resource) -> bool:
    """Take the mark back. True where there was one."""
    return Completion.objects.filter(user=user, resource=resource).delete()[0] > 0
