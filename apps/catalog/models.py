"""Tracks, sections, resources and concepts: loaded from the curriculum's files, never edited here.

What vanishes from the files is retired and not deleted, because learners' completions and hand-ins hang on it.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.catalog.link_models import Link as Link
from apps.catalog.opinion_models import Note as Note
from apps.catalog.opinion_models import Rating as Rating
from apps.catalog.proposal_models import Proposal as Proposal
from studyhub.prepared import PreparedRead

YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")


class Level(models.TextChoices):
    """How much a learner should know before."""

    BEGINNER = "beginner", pgettext_lazy("level", "Beginner")
    INTERMEDIATE = "intermediate", pgettext_lazy("level", "Intermediate")
    ADVANCED = "advanced", pgettext_lazy("level", "Advanced")


class Kind(models.TextChoices):
    """What a resource is."""

    VIDEO = "video", pgettext_lazy("kind of resource", "Video")
    ARTICLE = "article", pgettext_lazy("kind of resource", "Article")
    COURSE = "course", pgettext_lazy("kind of resource", "Course")
    PAPER = "paper", pgettext_lazy("kind of resource", "Paper")
    PLATFORM = "platform", pgettext_lazy("kind of resource", "Platform")
    COMPETITION = "competition", pgettext_lazy("kind of resource", "Competition")
    BOOK = "book", pgettext_lazy("kind of resource", "Book")


class Accent(models.TextChoices):
    """The colour of a track: a name that the style sheet gives a value."""

    AMBER = "amber"
    TEAL = "teal"
    VIOLET = "violet"
    ROSE = "rose"
    BLUE = "blue"


def exercises_on_offer() -> QuerySet[Any]:
    """The exercises that learners can take now. Their app builds on this one, which knows only the way back."""
    return apps.get_model("exercises", "Exercise").objects.on_offer()


def quizzes_on_offer() -> QuerySet[Any]:
    """The quizzes that learners can take now; their app, too, builds on this one."""
    return apps.get_model("quizzes", "Quiz").objects.on_offer()


class TrackQuerySet(models.QuerySet["Track"]):
    """Reads of tracks, one per page."""

    def current(self) -> TrackQuerySet:
        """Tracks that are in the curriculum now, in its order."""
        return self.filter(retired=False).order_by("position", "slug")

    def with_contents(self) -> TrackQuerySet:
        """Current tracks with what their pages list: sections, resources, exercises, quizzes (five queries)."""
        sections = Section.objects.filter(retired=False).order_by("position")
        resources = Resource.objects.filter(retired=False).order_by("position").select_related("link")
        return self.current().prefetch_related(
            Prefetch("sections", sections),
            Prefetch("sections__resources", resources),
            Prefetch("sections__exercises", exercises_on_offer()),
            Prefetch("sections__quizzes", quizzes_on_offer()),
        )


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

    @property
    def resource_count(self) -> int:
        """How many resources it has; of a track fetched with `with_contents`."""
        return sum(len(section.resources.all()) for section in self.sections.all())

    @property
    def exercise_count(self) -> int:
        """How many exercises it has; of a track fetched with `with_contents`."""
        return sum(len(section.exercises.all()) for section in self.sections.all())


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


class ConceptQuerySet(models.QuerySet["Concept"]):
    """Reads of concepts, one per page."""

    def current(self) -> ConceptQuerySet:
        """Concepts that are in the curriculum now, by name."""
        return self.filter(retired=False).order_by("title")


class Concept(models.Model):
    """One idea that several resources and exercises look at, each from its own side."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField()
    needs = models.ManyToManyField("self", symmetrical=False, related_name="leads_to", blank=True)
    retired = models.BooleanField(default=False)

    objects = ConceptQuerySet.as_manager()

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

    def for_page(self) -> ResourceQuerySet:
        """A resource with what its page says about it."""
        return self.current().select_related("section__track", "link").prefetch_related("concepts")

    def on_concept(self, concept: Concept) -> ResourceQuerySet:
        """Every resource that looks at the concept."""
        return self.current().filter(concepts=concept).select_related("section__track", "link")

    def another_perspective(self, resource: Resource) -> ResourceQuerySet:
        """Other resources on the same concepts, those that share most of them first; each has its count as `shared`."""
        return (
            self.current()
            .filter(concepts__in=[concept.pk for concept in resource.concepts.all()])
            .exclude(pk=resource.pk)
            .annotate(shared=Count("concepts"))
            .order_by("-shared", "section__track__position", "section__position", "position")
            .select_related("section__track", "link")
            .prefetch_related("concepts")
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

    @property
    def host(self) -> str:
        """Where the resource lies: `course.fast.ai`."""
        return urlsplit(self.url).netloc.removeprefix("www.")

    @property
    def youtube_id(self) -> str:
        """The id of the video on YouTube; empty for anything else."""
        parts = urlsplit(self.url)
        if self.host in {"youtube.com", "m.youtube.com"} and parts.path == "/watch":
            found = parse_qs(parts.query).get("v", [""])[0]
        elif self.host == "youtu.be":
            found = parts.path.strip("/")
        else:
            return ""
        return found if YOUTUBE_ID.fullmatch(found) else ""


class Edition(models.Model):
    """Which edition of the curriculum is in the tables: one row, see edition.py."""

    name = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.name


class CompletionManager(models.Manager["Completion"]):
    """Reads of completions."""

    def resources_of(self, user: User | AnonymousUser) -> frozenset[int]:
        """The keys of the resources that the user is done with; none for somebody who is not signed in."""
        return frozenset(key for (key,) in DONE.rows(user.pk)) if user.is_authenticated else frozenset()


DONE = PreparedRead(lambda user: Completion.objects.filter(user=user).values_list("resource_id"))


class Completion(models.Model):
    """A learner is done with a resource."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="completions")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="completions")
    done_at = models.DateTimeField(auto_now_add=True)

    objects = CompletionManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "resource"], name="catalog_completion_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.resource}"
