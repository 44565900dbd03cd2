"""What learners think of a resource: a word that is counted, and a note that is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from apps.accounts.models import User

NOTE_LENGTH = 10_000


class Word(models.TextChoices):
    """What somebody says of a resource, the best first."""

    CLICK = "click", _("It made it click")
    FINE = "fine", _("It was fine")
    LOST = "lost", _("It lost me")


class Rating(models.Model):
    """One person's word on one resource. Shown as counts, never with a name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resource_ratings")
    resource = models.ForeignKey("catalog.Resource", on_delete=models.PROTECT, related_name="ratings")
    word = models.CharField(max_length=5, choices=Word.choices)
    rated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "resource"], name="catalog_rating_once")]

    def __str__(self) -> str:
        return f"{self.resource}: {self.word}"


class NoteQuerySet(models.QuerySet["Note"]):
    """Reads of notes; each is somebody's own."""

    def for_list(self, user: User, *, text: str = "", track: str = "") -> NoteQuerySet:
        """The user's notes with their resources, the latest first; those with `text` in them, on `track` (a slug)."""
        found = self.filter(user=user).select_related("resource__section__track").order_by("-changed_at", "-pk")
        if text:
            found = found.filter(Q(text__icontains=text) | Q(resource__title__icontains=text))
        return found.filter(resource__section__track__slug=track) if track else found


class Note(models.Model):
    """One person's note on one resource, in Markdown. Nobody else reads it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resource_notes")
    resource = models.ForeignKey("catalog.Resource", on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(max_length=NOTE_LENGTH)
    changed_at = models.DateTimeField(auto_now=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "resource"], name="catalog_note_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.resource}"
