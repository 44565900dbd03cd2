"""What can be found: one row for each page, question or item of a group's plan."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.groups.models import Membership


class Kind(models.TextChoices):
    """What was found, in the order in which filters stand."""

    CONCEPT = "concept", _("Concepts")
    RESOURCE = "resource", _("Resources")
    EXERCISE = "exercise", _("Exercises")
    QUIZ = "quiz", _("Quizzes")
    QUESTION = "question", _("Questions")
    TRACK = "track", _("Tracks")
    GROUP = "group", _("Your groups")


class DocumentQuerySet(models.QuerySet["Document"]):
    """Who may find what."""

    def visible_to(self, user: User | AnonymousUser) -> DocumentQuerySet:
        """What is everybody's, and what is of groups that the user is a member of now (staff of no others)."""
        if not user.is_authenticated:
            return self.filter(group__isnull=True)
        mine = Membership.objects.current().filter(user=user).values("group")
        return self.filter(Q(group__isnull=True) | Q(group__in=mine))


class Document(models.Model):
    """Something that can be found. Made from other rows by documents.py, never edited."""

    key = models.CharField(
        max_length=180, unique=True, help_text="Its kind and what it is called: concept:overfitting."
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=300)
    concepts = models.TextField(blank=True, help_text="The titles of its concepts, one a line.")
    text = models.TextField(blank=True, help_text="Plain text.")
    url = models.CharField(max_length=400)
    track = models.CharField(max_length=60, blank=True, help_text="The slug of its track; empty: of none.")
    group = models.ForeignKey(
        "groups.Group",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Whose members may find it; empty: everybody.",
    )
    position = models.PositiveIntegerField(default=0, help_text="Its place among equals.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of all of the above.")

    objects = DocumentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key


class State(models.Model):
    """Of which edition of the curriculum the index is: one row."""

    edition = models.CharField(max_length=32, blank=True)
    stamp = models.CharField(max_length=32, blank=True, help_text="Another one after each change.")

    def __str__(self) -> str:
        return self.edition
