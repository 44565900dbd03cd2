"""Hand-ins graded anew by another version of their exercise."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from ..constants import RegradeState, Verdict
from ..regrade_querysets import RegradeItemQuerySet, RegradeQuerySet
from .handins import Run


class Regrade(models.Model):
    """Hand-ins of an exercise graded anew by a version of it. Nothing counts before it is applied."""

    exercise = models.ForeignKey("exercises.Exercise", on_delete=models.CASCADE, related_name="regrades")
    version = models.ForeignKey("exercises.ExerciseVersion", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RegradeState.choices, default=RegradeState.COMPARING)
    keep_higher = models.BooleanField(default=False, help_text="Applied so that nobody lost a point.")
    reason = models.CharField(max_length=500, help_text="Learners whose score changes are told this.")
    where = models.CharField(max_length=120, blank=True, help_text="The group whose leads act; empty: staff.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    slices = models.PositiveIntegerField(
        default=0, help_text="Slices of work begun: of two with one number, one works."
    )
    touched_at = models.DateTimeField(default=timezone.now, help_text="When the latest slice began.")

    objects = RegradeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercise"],
                condition=models.Q(state__in=["comparing", "ready", "applying"]),
                name="regrade_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.exercise}, {self.at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Its preview, or what it came to."""
        return reverse("submissions:regrade", args=[self.pk])


class RegradeItem(models.Model):
    """One hand-in in a regrade: what it had, what it would get."""

    regrade = models.ForeignKey(Regrade, on_delete=models.CASCADE, related_name="items")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", help_text="The run that counted before.")
    trial = models.OneToOneField(
        Run,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="regrade_item",
        help_text="Where it ran again.",
    )
    old_score = models.FloatField()
    old_max = models.FloatField()
    old_checks = models.JSONField(default=list, help_text="Its checks as they were, so that it can be read later.")
    new_score = models.FloatField(null=True, blank=True, help_text="Empty until it has been compared.")
    new_max = models.FloatField(null=True, blank=True)
    new_verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    new_checks = models.JSONField(default=list)
    new_entry = models.JSONField(default=dict, help_text="Of a competition: its public and private figure.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often comparing it was begun.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why it could not be compared, or not applied.")
    applied = models.BooleanField(default=False)

    objects = RegradeItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["regrade", "run"], name="regrade_item_once")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.old_score:g} → {self.new_score}"
