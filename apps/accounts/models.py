"""The person who signs in: with an e-mail address, there are no user names."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.told_models import Choice as Choice
from apps.accounts.told_models import Mail as Mail


class UserManager(BaseUserManager["User"]):
    """Creates users; addresses are compared without regard to case."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create and return a user. Without a password the user can't sign in with one.

        Raises ValueError for an empty address.
        """
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create and return a user who may do everything in the admin."""
        return self.create_user(email, password, **{**extra, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this address, in whatever case it was typed. Raises User.DoesNotExist."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A learner; one with `is_staff` is a lead."""

    email = models.EmailField(_("e-mail address"), unique=True, error_messages={"unique": _("This address is taken.")})
    name = models.CharField(
        _("display name"), max_length=80, blank=True, help_text=_("How others in the group see you.")
    )
    on_leaderboards = models.BooleanField(
        _("name on leaderboards"),
        default=False,
        help_text=_("Show my name beside my entries in competitions. Otherwise a pseudonym stands there."),
    )
    language = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=settings.LANGUAGES,
        help_text=_("Of pages and mails. Empty: the browser's."),
    )
    time_zone = models.CharField(max_length=60, blank=True, help_text="Empty: the site's.")
    reduced_motion = models.BooleanField(
        _("less motion"),
        default=False,
        db_default=False,
        help_text=_("Nothing moves by itself, and pages don't glide, whatever your system says."),
    )
    single_keys = models.BooleanField(
        _("single-key shortcuts"),
        default=True,
        db_default=True,
        help_text=_("/ searches, ? lists them, g and a letter lead to a page. Off: keys do nothing but type."),
    )
    factor_hint = models.BooleanField(
        default=True, db_default=True, editable=False, help_text="Off: a lead does without a second factor."
    )
    leaves_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the account is deleted, unless taken back."
    )
    is_staff = models.BooleanField("lead", default=False, help_text="May see the admin and everybody's hand-ins.")
    is_active = models.BooleanField("active", default=True, help_text="Untick this instead of deleting the account.")
    date_joined = models.DateTimeField("joined", default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="accounts_user_email_any_case", violation_error_message=_("This address is taken.")
            )
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name to show to others: the chosen one, else the part of the address before the @."""
        return self.name or self.email.partition("@")[0]

    def get_full_name(self) -> str:
        """The name that Django's admin and allauth ask for."""
        return self.display_name

    def get_short_name(self) -> str:
        """The first word of the name, for a greeting."""
        return self.display_name.split()[0]


class AuditEntry(models.Model):
    """One act of a lead or operator on somebody else's work; whom it concerns may read it."""

    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="acts")
    subject = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="concerning")
    act = models.CharField(max_length=30, help_text="A word for filters: override, comment, attempts …")
    what = models.CharField(max_length=300, help_text="A sentence: what was done, to what.")
    why = models.CharField(max_length=500, blank=True)
    where = models.CharField(max_length=120, blank=True, help_text="In which group or by which page.")
    url = models.CharField(max_length=300, blank=True, help_text="Where to look; a path of this site.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["subject", "at"], name="audit_of_subject")]

    def __str__(self) -> str:
        return self.what


NOTIFICATION_ICONS = {
    "comment": "message-square",
    "score": "gauge",
    "regrade": "gauge",
    "attempts": "rotate-ccw",
    "pin": "lightbulb",
    "message": "mail",
    "extension": "calendar",
    "plan": "calendar",
    "group": "users",
    "webhook": "link",
    "graded": "circle-check",
    "due": "clock",
    "proposal": "lightbulb",
    "export": "download",
    "leaving": "user",
}


class Notification(models.Model):
    """Something that a person should know of; it stays until they have read it, and after."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30, help_text="comment, score, attempts, pin, message …")
    text = models.CharField(max_length=500)
    body = models.TextField(blank=True, help_text="A message, in Markdown; most have none.")
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    awaits_digest = models.BooleanField(default=False, db_default=False, help_text="For the next morning's mail.")
    # Without constraints: the version before deletes people and mails, and knows of neither. The indexes are partial.
    named = models.ForeignKey(
        User,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="With whose name the text begins.",
    )
    named_length = models.PositiveSmallIntegerField(
        null=True, help_text="Characters of that name; 0 without one. Empty: not known where in the text, or whether."
    )
    mail = models.ForeignKey(
        Mail,
        null=True,
        on_delete=models.SET_NULL,
        related_name="told",
        db_constraint=False,
        db_index=False,
        help_text="In which it was told as well.",
    )

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["user", "read_at"], name="notification_unread"),
            models.Index(fields=["user"], name="notification_for_digest", condition=models.Q(awaits_digest=True)),
            models.Index(fields=["named"], name="notification_named", condition=models.Q(named__isnull=False)),
            models.Index(fields=["mail"], name="notification_mailed", condition=models.Q(mail__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def icon(self) -> str:
        """The icon for what it is about."""
        return NOTIFICATION_ICONS.get(self.kind, "bell")


class Scope(models.TextChoices):
    """What a program may do with a token; each call of the API asks for one of them."""

    READ = "read", _("Read: the curriculum, your progress, your hand-ins and their results")
    SUBMIT = "submit", _("Hand in notebooks, and cancel them")
    LEARN = "learn", _("Take quizzes and reviews, and mark resources as done")
    LEAD = "lead", _("In groups that you lead: read the members' work and the exports")


class AccessToken(models.Model):
    """Lets a program act for a person. Of the token itself only its hash is kept: nobody can read it here."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=80, help_text="What it is for: my laptop, Colab …")
    scopes = models.JSONField(default=list)
    prefix = models.CharField(max_length=12, help_text="How it begins, to tell tokens apart.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token.")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the hour.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name

    def is_live(self, now: datetime) -> bool:
        """Whether it still lets anybody in."""
        return self.revoked_at is None and now < self.expires_at

    @property
    def allows(self) -> list[str]:
        """What it may do, in words."""
        return [str(Scope(scope).label) for scope in self.scopes]


class DataExport(models.Model):
    """Everything that is somebody's, packed for them; made in the background and gone after a day."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        MAKING = "making", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_exports")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    done = models.PositiveSmallIntegerField(default=0, help_text="Parts that are packed.")
    total = models.PositiveSmallIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(state__in=["waiting", "making"]), name="export_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.state}"

    @property
    def file_name(self) -> str:
        """Under which it lies in the site's storage; nobody can guess it, and nobody is shown it."""
        return f"exports/{self.pk}.zip"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.state in {self.State.WAITING, self.State.MAKING}
