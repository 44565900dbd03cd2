"""An exercise, and the versions of its package that were ever handed out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse

from apps.catalog.models import Level
from apps.exercises.sharing import fetch_version
from apps.exercises.store import cached_package

if TYPE_CHECKING:
    from apps.exercises.package import ExercisePackage


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    """Reads, named for the page they serve."""

    def on_offer(self) -> ExerciseQuerySet:
        """Exercises that learners can take now, in the order of the curriculum."""
        return self.filter(retired=False, current_version__isnull=False, section__track__retired=False).order_by(
            "section__track__position", "section__position", "position", "slug"
        )

    def for_list(self, *, track: str = "", level: str = "", concept: str = "") -> ExerciseQuerySet:
        """What the list page shows; an empty filter lets everything through."""
        exercises = self.on_offer().select_related("section__track", "current_version").prefetch_related("concepts")
        if track:
            exercises = exercises.filter(section__track__slug=track)
        if level:
            exercises = exercises.filter(level=level)
        if concept:
            exercises = exercises.filter(concepts__slug=concept)
        return exercises

    def for_detail(self) -> ExerciseQuerySet:
        """Whatever was handed out once, retired or not: links to it and hand-ins of it stay."""
        return (
            self.filter(current_version__isnull=False)
            .select_related("section__track", "current_version__exercise")
            .prefetch_related("concepts")
        )


class Exercise(models.Model):
    """Something to do: a notebook to download, fill in and hand in. Loaded from its package by sync_curriculum."""

    slug = models.SlugField(max_length=80, unique=True)
    section = models.ForeignKey("catalog.Section", on_delete=models.PROTECT, related_name="exercises")
    title = models.CharField(max_length=200)
    summary = models.TextField(help_text="Markdown.")
    level = models.CharField(max_length=20, choices=Level.choices)
    minutes = models.PositiveIntegerField(help_text="How long a learner is likely to need.")
    concepts = models.ManyToManyField("catalog.Concept", related_name="exercises", blank=True)
    current_version = models.ForeignKey(
        "exercises.ExerciseVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    position = models.PositiveIntegerField(default=0)
    retired = models.BooleanField(default=False, help_text="Its package is gone: kept for those who handed it in.")

    objects = ExerciseQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the exercise."""
        return reverse("exercises:detail", args=[self.slug])


class ExerciseVersion(models.Model):
    """One state of a package. Its files are frozen in the curriculum store, so an old hand-in keeps its own grader."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=64, help_text="SHA-256 over the files of the package.")
    manifest = models.JSONField()
    max_score = models.FloatField()
    checks = models.JSONField(default=list, help_text="What is checked, in order: id, title and points of each.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["exercise", "digest"], name="one_version_per_digest")]

    def __str__(self) -> str:
        return f"{self.exercise.slug} {self.short_digest}"

    @property
    def short_digest(self) -> str:
        """Enough of the digest to tell versions apart by eye."""
        return self.digest[:10]

    @property
    def package_path(self) -> Path:
        """The frozen copy of the package."""
        return Path(settings.CURRICULUM_STORE) / self.exercise.slug / self.digest

    def package(self) -> ExercisePackage:
        """The frozen package, read once per process. Raises PackageError where the copy is missing or was changed.

        Where hosts share no disk it is fetched once; OSError where that fails.
        """
        if not self.package_path.is_dir():
            fetch_version(self.package_path)
        return cached_package(self.package_path, slug=self.exercise.slug, digest=self.digest)
