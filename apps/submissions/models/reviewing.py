"""What people add to a hand-in: comments, scores by hand, further attempts; and where that leaves its learner."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from ..constants import State, Verdict
from .handins import Submission


class Comment(models.Model):
    """A word on a hand-in, or on one cell of its executed notebook: between its learner and whoever helps."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="comments")
    cell = models.PositiveIntegerField(null=True, blank=True, help_text="Index of the code cell; empty: on all of it.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(help_text="Markdown.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class Override(models.Model):
    """A score that a lead gave with a reason. While it is not withdrawn it counts, whatever the grader says."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="overrides")
    points = models.FloatField()
    max_points = models.FloatField(help_text="Of how many: the run's when the score was given.")
    auto_points = models.FloatField(null=True, blank=True, help_text="What the grader had said then.")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    second_look = models.BooleanField(default=False, help_text="The grader has said something else since.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=models.Q(withdrawn_at__isnull=True), name="override_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.points:g} of {self.max_points:g}"


class AttemptGrant(models.Model):
    """Further attempts at an exercise for one learner."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attempt_grants")
    exercise = models.ForeignKey("exercises.Exercise", on_delete=models.CASCADE, related_name="attempt_grants")
    attempts = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.attempts} more at {self.exercise} for {self.user}"


class Standing(models.Model):
    """Where one learner stands with one exercise: derived from their hand-ins, runs and overrides (standings.py).

    Kept so that a page on five hundred learners reads one row each. Shares lie between 0 and 1.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standings")
    exercise = models.ForeignKey("exercises.Exercise", on_delete=models.CASCADE, related_name="standings")
    attempts = models.PositiveIntegerField(default=0, help_text="Hand-ins that used up an attempt.")
    best = models.ForeignKey(Submission, null=True, on_delete=models.SET_NULL, related_name="+")
    best_share = models.FloatField(null=True, help_text="Of the best hand-in that has a score; overrides counted.")
    passed_at = models.DateTimeField(null=True, help_text="When it first had all the points.")
    latest = models.ForeignKey(Submission, null=True, on_delete=models.SET_NULL, related_name="+")
    latest_state = models.CharField(max_length=10, choices=State.choices)
    latest_verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    latest_at = models.DateTimeField(help_text="When the latest hand-in came.")
    failing_check = models.CharField(max_length=100, blank=True, help_text="First check that the latest one fails.")
    failing_title = models.CharField(max_length=200, blank=True)
    failing_streak = models.PositiveSmallIntegerField(
        default=0, help_text="How many of the latest hand-ins in a row fail that same check."
    )
    to_tidy = models.BooleanField(
        default=True, db_default=True, help_text="Something changed: a notebook that was kept may be outdone."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "exercise"], name="standing_once")]
        indexes = [
            models.Index(fields=["exercise", "user"], name="standing_of_exercise"),
            models.Index(fields=["id"], condition=models.Q(to_tidy=True), name="standing_to_tidy"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.exercise}"
