"""What StudyHub keeps beside django-lti's own rows: launches under way, courses as groups, scores to pass on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from lti_tool.models import LtiContext, LtiRegistration, LtiResourceLink, LtiUser

from studyhub.outbox import OutboxQuerySet, OutboxRow

START_FOR = timedelta(minutes=10)  # from where a platform sends somebody until it sends who they are
ARRIVE_FOR = timedelta(hours=1)  # from then until they have an account, or have chosen what to link


class LaunchQuerySet(models.QuerySet[Any]):
    """Questions about launches."""

    def begun(self, now: datetime) -> LaunchQuerySet:
        """Those that a platform may still answer."""
        return self.filter(created_at__gt=now - START_FOR)

    def arrived(self, now: datetime) -> LaunchQuerySet:
        """Those that were answered, and may go on."""
        return self.filter(used_at__gt=now - ARRIVE_FOR)


class Launch(models.Model):
    """One way from a platform to here. Its state and nonce serve once, its cookie says that it is the same browser."""

    state = models.CharField(max_length=64, unique=True)
    nonce = models.CharField(max_length=64)
    binder = models.CharField(max_length=64, help_text="SHA-256 of what the browser has in a cookie.")
    registration = models.ForeignKey(LtiRegistration, on_delete=models.CASCADE, related_name="launches")
    asked = models.JSONField(help_text="What the platform began with, to begin anew in a tab of its own.")
    deep = models.BooleanField(default=False, help_text="To choose something, perhaps in a frame without cookies.")
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    lti_user = models.ForeignKey(LtiUser, null=True, on_delete=models.CASCADE, related_name="launches")
    context = models.ForeignKey(LtiContext, null=True, on_delete=models.CASCADE, related_name="launches")
    placement = models.ForeignKey("Placement", null=True, on_delete=models.CASCADE, related_name="launches")
    choosing = models.JSONField(null=True, blank=True, help_text="Where what is chosen goes: deep linking settings.")

    objects = LaunchQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="lti_launch_age")]

    def __str__(self) -> str:
        return f"{self.registration} {self.created_at:%Y-%m-%d %H:%M}"


class Placement(models.Model):
    """What a link in a platform's course opens, and the column of its gradebook, if it has one."""

    link = models.OneToOneField(LtiResourceLink, on_delete=models.CASCADE, related_name="placement")
    opens = models.CharField(max_length=120, blank=True, help_text="exercise:slug, quiz:slug or track:slug.")
    exercise = models.ForeignKey("exercises.Exercise", null=True, on_delete=models.CASCADE, related_name="+")
    quiz = models.ForeignKey("quizzes.Quiz", null=True, on_delete=models.CASCADE, related_name="+")
    line_item = models.CharField(max_length=500, blank=True, help_text="Address of the column, where we may write.")

    def __str__(self) -> str:
        return self.opens or str(self.link)


class Course(models.Model):
    """A platform's course (a context), and the group that its people are in here."""

    context = models.OneToOneField(LtiContext, on_delete=models.CASCADE, related_name="course")
    group = models.OneToOneField("groups.Group", on_delete=models.CASCADE, related_name="lti_course")
    synced_at = models.DateTimeField(null=True, blank=True)
    sync_due_at = models.DateTimeField(null=True, blank=True)
    sync_error = models.CharField(max_length=300, blank=True)
    not_here = models.PositiveIntegerField(default=0, help_text="On the platform's list, and never opened StudyHub.")

    def __str__(self) -> str:
        return str(self.group)


class Seat(models.Model):
    """Somebody who is in a group because their platform says so, and as what it said."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="seats")
    lti_user = models.ForeignKey(LtiUser, on_delete=models.CASCADE, related_name="seats")
    leads = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When the platform said that they are gone.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "lti_user"], name="lti_seat_once")]

    def __str__(self) -> str:
        return f"{self.lti_user} in {self.course}"


class PassbackQuerySet(OutboxQuerySet):
    """Questions about scores to pass on."""

    def to_look_at(self, now: datetime) -> PassbackQuerySet:
        """Those that are to be compared with what the work came to, what was heard of first."""
        return self.filter(look_at__lte=now).order_by("look_at")

    def sendable(self, now: datetime) -> models.QuerySet[Any]:
        """What is due at registrations that are on, with all that sending needs."""
        rows = self.due(now).filter(lti_user__registration__is_active=True).exclude(placement__line_item="")
        return rows.select_related("placement", "lti_user__registration")


class Passback(OutboxRow):
    """One person's score for one link: the newest only. It begins as sent, with nothing to say."""

    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="passbacks")
    lti_user = models.ForeignKey(LtiUser, on_delete=models.CASCADE, related_name="passbacks")
    share = models.FloatField(null=True, help_text="Of the points, 0 to 1, as it is to stand in the gradebook.")
    scored_at = models.DateTimeField(null=True, help_text="The platform keeps the score with the latest time.")
    sent_share = models.FloatField(null=True)
    sent_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(
        default=timezone.now, db_default=Now(), help_text="When it is next compared with what the work came to."
    )

    objects = PassbackQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["placement", "lti_user"], name="lti_passback_once")]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="lti_passback_due"),
            models.Index(fields=["look_at"], name="lti_passback_look"),
        ]

    def __str__(self) -> str:
        return f"{self.lti_user}: {self.placement}"


class PassbackTry(models.Model):
    """One try to pass a score on, and how it was answered."""

    passback = models.ForeignKey(Passback, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    share = models.FloatField()
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["at"], name="lti_try_age")]

    def __str__(self) -> str:
        return self.error or "taken"


class Health(models.Model):
    """How it goes with a registration, for the set-up page."""

    registration = models.OneToOneField(LtiRegistration, on_delete=models.CASCADE, related_name="health")
    launched_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=300, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    test_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "health"

    def __str__(self) -> str:
        return str(self.registration)
