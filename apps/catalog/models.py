"""Tracks, sections, resources and concepts: loaded from the curriculum's files, never edited here.

What vanishes from the files is retired and not deleted, because learners' completions and hand-ins hang on it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse


class Level(models.TextChoices):
    """How much a learner should know before."""

    BEGINNER = "beginner", "Beginner"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"


class Kind(models.TextChoices):
    """What a resource is."""

    VIDEO = "video", "Video"
    ARTICLE = "article", "Article"
    COURSE = "course", "Course"
    PAPER = "paper", "Paper"
    PLATFORM = "platform", "Platform"
    COMPETITION = "competition", "Competition"
    BOOK = "book", "Book"


class Accent(models.TextChoices):
    """The colour of a track: a name that the style sheet gives a value."""

    AMBER = "amber"
    TEAL = "teal"
    VIOLET = "violet"
    ROSE = "rose"
    BLUE = "blue"


class TrackQuerySet(models.QuerySet["Track"]):
    """Reads of tracks, one per page."""

    def current(self) -> TrackQuerySet:
        """Tracks that are in the curriculum now, in its order."""
        return self.filter(retired=False).order_by("position", "slug")


class Track(models.Model):
    """A path through one subject; the spine is the course that the others support."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField()
    accent = models.CharField(max_length=12, choices=Accent.choices, default=Accent.BLUE)
    position = models.PositiveIntegerField(default=0)
    is_spine = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)

    objects = TrackQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The track's page."""
        return reverse("track", args=[self.slug])


class Section(models.Model):
    """A step of a track: resources to take in, then something to do."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="sections")
    slug = models.SlugField()
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    optional = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["track", "position"]
        constraints = [models.UniqueConstraint(fields=["track", "slug"], name="catalog_section_slug")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The section's place on its track's page."""
        return f"{self.track.get_absolute_url()}#{self.slug}"


class Concept(models.Model):
    """One idea that several resources and exercises look at, each from its own side."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField()
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The concept's page."""
        return reverse("concept", args=[self.slug])


class ResourceQuerySet(models.QuerySet["Resource"]):
    """Reads of resources, named for their purpose."""

    def current(self) -> ResourceQuerySet:
        """Resources that are in the curriculum now, in its order."""
        return self.filter(retired=False, section__retired=False, section__track__retired=False).order_by(
            "section__track__position", "section__position", "position"
        )


class Resource(models.Model):
    """Something by others that is worth a learner's time, and why."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="resources")
    slug = models.SlugField(unique=True, max_length=80)
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=500)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    level = models.CharField(max_length=12, choices=Level.choices)
    why = models.TextField(help_text="Why this one helps and for whom; Markdown.")
    author = models.CharField(max_length=120, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    optional = models.BooleanField(default=False)
    concepts = models.ManyToManyField(Concept, related_name="resources", blank=True)
    position = models.PositiveIntegerField(default=0)
    retired = models.BooleanField(default=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["section", "position"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The resource's page."""
        return reverse("resource", args=[self.section.track.slug, self.slug])


class Completion(models.Model):
    """A learner is done with a resource."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="completions")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="completions")
    done_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "resource"], name="catalog_completion_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.resource}"
