"""What entered a competition."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .handins import Run


class LeaderboardEntry(models.Model):
    """What a graded run is worth in its exercise's competition, in the metric's unit."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="entry")
    exercise = models.ForeignKey("exercises.Exercise", on_delete=models.CASCADE, related_name="entries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="entries")
    handed_in_at = models.DateTimeField()
    counts = models.BooleanField(
        default=False, db_default=False, help_text="Its learner's one that counts (services/entries.py keeps it so)."
    )
    chosen_at = models.DateTimeField(null=True, blank=True, help_text="Its learner's choice; the latest choice counts.")
    public = models.FloatField()
    private = models.FloatField(help_text="Shown to nobody before the competition has ended.")

    class Meta:
        indexes = [
            models.Index(fields=["exercise", "handed_in_at"], name="entry_in_time"),
            # The table of places is read from its top.
            models.Index(
                fields=["exercise", "public", "handed_in_at"], condition=models.Q(counts=True), name="entry_by_public"
            ),
            models.Index(
                fields=["exercise", "private", "handed_in_at"], condition=models.Q(counts=True), name="entry_by_private"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.public:.4f}"
