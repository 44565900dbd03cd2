"""How people want to be told, and the mails to them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from apps.accounts.kinds import Channel, label_of
from studyhub.outbox import OutboxRow


class Choice(models.Model):
    """A person's choice for one kind; where there is none the kind's default holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="told_by")
    kind = models.CharField(max_length=30)
    channel = models.CharField(max_length=10, choices=Channel.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="choice_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind} {self.channel}"


class Mail(OutboxRow):
    """One mail to one person, as it is sent. Its key is its Message-ID, by which a mail program knows it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=30)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    stop_url = models.CharField(max_length=300, blank=True, help_text="Ends this kind of mail by one POST.")

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="mail_due"),
            models.Index(fields=["user", "created_at"], name="mail_log"),
            models.Index(fields=["created_at"], name="mail_age"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def label(self) -> str:
        """Its kind, in words."""
        return label_of(self.kind)
