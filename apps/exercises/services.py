"""Changes across several rows of the exercises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.catalog import edition
from apps.catalog.models import Concept, Resource, Section
from apps.exercises.curriculum import dangling
from apps.exercises.models import Exercise, ExerciseVersion
from apps.exercises.package import ExercisePackage, PackageError, Problem
from apps.exercises.sharing import share_versions
from apps.exercises.store import freeze
from apps.exercises.validation import validate_package


@dataclass(frozen=True)
class SyncReport:
    """What a sync found: packages and their mutants, and how many versions are new and exercises newly retired."""

    exercises: int
    mutants: int
    new_versions: int
    retired: int

    def __str__(self) -> str:
        return (
            f"{self.exercises} exercises ({self.new_versions} new versions, {self.retired} newly retired), "
            f"{self.mutants} mutants"
        )


# What apps above this one do, in a sync's transaction, for each exercise that there is.
Follower = Callable[[Exercise], None]
_followers: list[Follower] = []


def follow_syncs(follower: Follower) -> None:
    """Called when an app is ready: `follower` is called from then on."""
    if follower not in _followers:
        _followers.append(follower)


def sync_exercises(*, packages: Sequence[ExercisePackage]) -> SyncReport:
    """Make the tables say what the packages say; running it again changes nothing.

    1. Sections and concepts that packages name must be in the catalogue; packages in a new state are validated.
    2. Each package is frozen in the curriculum store, outside the transaction: a copy that no row names is harmless.
       Where hosts share no disk, every version that this one has goes to all.
    3. Exercises are created or updated by their slugs, each new digest becomes a version, the current one.
    4. Exercises whose packages are gone are retired, and come back with them. Nothing is deleted.

    Raises PackageError with all problems found, before anything is changed.
    """
    sections = {
        (section.track.slug, section.slug): section
        for section in Section.objects.filter(retired=False, track__retired=False).select_related("track")
    }
    concepts = {concept.slug: concept for concept in Concept.objects.filter(retired=False)}
    resources = set(Resource.objects.filter(retired=False).values_list("slug", flat=True))
    known = set(ExerciseVersion.objects.values_list("exercise__slug", "digest"))
    problems: list[Problem] = []
    for package in packages:
        problems += dangling(package, sections=sections, concepts=concepts)
        if (package.slug, package.digest) not in known:
            try:
                validate_package(package, resources)
            except PackageError as error:
                problems += error.problems
    if problems:
        raise PackageError(problems)
    for package in packages:
        freeze(package, Path(settings.CURRICULUM_STORE))
    share_versions(known | {(package.slug, package.digest) for package in packages})
    with transaction.atomic():
        new = sum(
            _sync_package(
                package=package,
                section=sections[package.track, package.manifest.section],
                concepts=[concepts[slug] for slug in package.manifest.concepts],
            )
            for package in packages
        )
        gone = Exercise.objects.filter(retired=False).exclude(slug__in=[package.slug for package in packages])
        retired = gone.update(retired=True)
        for exercise in Exercise.objects.filter(retired=False).select_related("current_version__exercise"):
            for follower in _followers:
                follower(exercise)
        edition.renew()
    return SyncReport(len(packages), sum(len(package.mutants) for package in packages), new, retired)


def _sync_package(*, package: ExercisePackage, section: Section, concepts: list[Concept]) -> bool:
    """Upsert one exercise; True where its version is new."""
    manifest = package.manifest
    exercise, _ = Exercise.objects.update_or_create(
        slug=package.slug,
        defaults={
            "section": section,
            "title": manifest.title,
            "summary": manifest.summary,
            "level": manifest.level,
            "minutes": manifest.minutes,
            "position": manifest.position,
            "retired": False,
        },
    )
    exercise.concepts.set(concepts)
    version = exercise.versions.filter(digest=package.digest).first()
    is_new = version is None
    if version is None:
        spec = package.spec()
        version = ExerciseVersion.objects.create(
            exercise=exercise,
            digest=package.digest,
            manifest=manifest.model_dump(mode="json"),
            max_score=spec.max_score,
            checks=[{"id": check.id, "title": check.title, "points": check.points} for check in spec.checks],
        )
    if exercise.current_version_id != version.pk:
        exercise.current_version = version
        exercise.save(update_fields=["current_version"])
    return is_new
