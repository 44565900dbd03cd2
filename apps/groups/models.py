"""A study group: its members, how one gets in, its meetings, and what is to be done for them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.zones import is_zone

from .querysets import AssignmentQuerySet, InvitationQuerySet, MembershipQuerySet

if TYPE_CHECKING:
    from apps.catalog.models import Resource
    from apps.exercises.models import Exercise
    from apps.quizzes.models import Quiz

INVITATION_SALT = "groups.invitation"


def new_feed_key() -> str:
    """The secret part of a member's calendar address."""
    return secrets.token_urlsafe(24)


class Role(models.TextChoices):
    """What a member may do. Co-leads may do all that leads may, except to name leads and to archive the group."""

    LEAD = "lead", pgettext_lazy("role", "Lead")
    COLEAD = "colead", pgettext_lazy("role", "Co-lead")
    MEMBER = "member", pgettext_lazy("role", "Member")


LEADING = (Role.LEAD, Role.COLEAD)


class Group(models.Model):
    """Some people who learn together."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    summary = models.TextField(blank=True, help_text=_("What you learn together, and how. Markdown."))
    time_zone = models.CharField(max_length=60, default="UTC", help_text="In which its meetings are planned.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="groups_created"
    )
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True, help_text="Readable since then, and nothing changes.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The group's page."""
        return reverse("groups:group", args=[self.slug])

    @property
    def is_archived(self) -> bool:
        """Whether it can only be read."""
        return self.archived_at is not None


class Membership(models.Model):
    """One person in one group. Who leaves keeps the row: whoever comes back finds what was theirs."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)
    shares_all = models.BooleanField(
        "show my leads all of my learning",
        default=False,
        help_text=_("Otherwise they see what you do for this group's assignments, and nothing else."),
    )
    reminders = models.BooleanField("remind me by e-mail", default=True)
    feed_key = models.CharField(max_length=40, unique=True, default=new_feed_key)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "id"]
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"

    @property
    def leads(self) -> bool:
        """Whether this member may see the dashboard and act."""
        return self.role in LEADING

    @property
    def zone(self) -> str:
        """By which clock this member reads the group's times: their own, else the group's."""
        return next((name for name in (self.user.time_zone, self.group.time_zone) if is_zone(name)), "UTC")


class Invitation(models.Model):
    """A way into a group: a link for whoever has it, or for one address. Its token is signed and not stored."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(blank=True, help_text="Empty: for whoever has the link.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    limit = models.PositiveIntegerField(null=True, blank=True, help_text="How many may come in by it; empty: any.")
    used = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.group}: {self.email or 'by link'}"

    @property
    def token(self) -> str:
        """What stands in its address: the same each time, so that copied links are alike."""
        return signing.Signer(salt=INVITATION_SALT).sign_object(self.pk)

    def is_open(self, now: datetime) -> bool:
        """Whether one may still come in by it."""
        used_up = self.limit is not None and self.used >= self.limit
        return self.revoked_at is None and now < self.expires_at and not used_up


class Meeting(models.Model):
    """When the group meets, and what about."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="meetings")
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    minutes = models.PositiveIntegerField(default=90)
    place = models.CharField(max_length=300, blank=True, help_text="A room, or the address of a call.")
    agenda = models.TextField(blank=True, help_text="Markdown.")
    changed_at = models.DateTimeField(auto_now=True)
    sequence = models.PositiveIntegerField(default=0, help_text="How often it was changed, for calendars.")

    class Meta:
        ordering = ["starts_at", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


class Assignment(models.Model):
    """One thing to watch, read, answer or hand in; due when its meeting starts unless it says otherwise."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="assignments")
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.SET_NULL, related_name="assignments")
    resource = models.ForeignKey("catalog.Resource", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    quiz = models.ForeignKey("quizzes.Quiz", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    exercise = models.ForeignKey(
        "exercises.Exercise", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    due_at = models.DateTimeField(null=True, blank=True, help_text="Empty: when its meeting starts.")
    optional = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True, help_text="For calendars.")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["meeting__starts_at", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resource__isnull=False, quiz__isnull=True, exercise__isnull=True)
                | Q(resource__isnull=True, quiz__isnull=False, exercise__isnull=True)
                | Q(resource__isnull=True, quiz__isnull=True, exercise__isnull=False),
                name="assignment_of_one_thing",
            ),
            models.UniqueConstraint(fields=["group", "resource"], name="assignment_resource_once"),
            models.UniqueConstraint(fields=["group", "quiz"], name="assignment_quiz_once"),
            models.UniqueConstraint(fields=["group", "exercise"], name="assignment_exercise_once"),
        ]

    def __str__(self) -> str:
        return str(self.item)

    @property
    def item(self) -> Resource | Quiz | Exercise:
        """What is to be done."""
        found: Any = self.resource or self.quiz or self.exercise
        return found

    @property
    def due(self) -> datetime | None:
        """When it is due for everybody without an extension; None where there is no date."""
        return self.due_at or (self.meeting.starts_at if self.meeting else None)


class Extension(models.Model):
    """More time for one member and one assignment."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="extensions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="extensions")
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "user"], name="extension_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.assignment} until {self.due_at:%Y-%m-%d}"


class Pin(models.Model):
    """A resource that a lead recommends to one member."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="pins")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pins")
    resource = models.ForeignKey("catalog.Resource", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["group", "user", "resource"], name="pin_once")]

    def __str__(self) -> str:
        return f"{self.resource} for {self.user}"


class GroupRegrade(models.Model):
    """A regrade that the leads of a group began: of its members' hand-ins only."""

    regrade = models.OneToOneField(
        "submissions.Regrade", on_delete=models.CASCADE, primary_key=True, related_name="of_group"
    )
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="regrades")

    def __str__(self) -> str:
        return f"{self.group}: {self.regrade}"


class Digest(models.Model):
    """On which day a person was last reminded of what is due in all their groups: once a day, whoever asks."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digest")
    day = models.DateField(null=True, help_text="By the person's own calendar; empty: never.")

    def __str__(self) -> str:
        return f"{self.user}: {self.day}"


class FormerFigure(models.Model):
    """Of those who deleted their accounts, how many were to do an assignment, began it and did it: numbers alone."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="former")
    people = models.PositiveIntegerField(default=0)
    begun = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.done} of {self.people} who have left did {self.assignment}"
