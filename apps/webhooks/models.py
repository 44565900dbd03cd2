"""A group's endpoints, what is sent to them, and each try."""

from __future__ import annotations

import base64
import secrets
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from studyhub.outbox import OutboxQuerySet, OutboxRow

SECRET_BYTES = 32


def new_secret() -> str:
    """What signs: 256 random bits, written as Standard Webhooks has it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def new_message_id() -> str:
    """What a message is known by at its receiver, the same at each try."""
    return f"msg_{uuid.uuid4().hex}"


class EndpointQuerySet(models.QuerySet[Any]):
    """Questions about endpoints."""

    def live(self) -> EndpointQuerySet:
        """Those to which something is sent."""
        return self.filter(disabled_at__isnull=True, group__archived_at__isnull=True)


class Endpoint(models.Model):
    """Where a group has told what happens in it, which of it, and by whose signature."""

    group = models.ForeignKey("groups.Group", on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    secret = models.CharField(max_length=80, default=new_secret, help_text="In the clear: it signs.")
    old_secret = models.CharField(max_length=80, blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True, help_text="Until then it signs as well.")
    failing_since = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_why = models.CharField(max_length=200, blank=True, help_text="Empty: a lead switched it off.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.url

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("webhooks:endpoint", args=[self.group.slug, self.pk])

    def signing_secrets(self, now: datetime) -> list[str]:
        """Those that sign: the present one, and for a day the one before."""
        old = bool(self.old_secret) and self.old_secret_until is not None and now < self.old_secret_until
        return [self.secret, self.old_secret] if old else [self.secret]


class DeliveryQuerySet(OutboxQuerySet):
    """Questions about what is sent."""

    def sendable(self, now: datetime) -> models.QuerySet[Any]:
        """What is due at endpoints to which something is sent, with them."""
        live = Q(endpoint__disabled_at__isnull=True, endpoint__group__archived_at__isnull=True)
        return self.due(now).filter(live).select_related("endpoint__group")


class Delivery(OutboxRow):
    """One message to one endpoint. Its text is written once: every try sends and signs the same."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=60, default=new_message_id)
    kind = models.CharField(max_length=40)
    body = models.TextField(help_text="JSON, as it is sent.")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["endpoint", "message_id"], name="webhook_message_once")]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="webhook_delivery_due"),
            models.Index(fields=["endpoint", "created_at"], name="webhook_delivery_log"),
            models.Index(fields=["created_at"], name="webhook_delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("webhooks:delivery", args=[self.endpoint.group.slug, self.endpoint_id, self.pk])


class Attempt(models.Model):
    """One try, and how it was answered."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty: there was no answer.")
    ms = models.PositiveIntegerField()
    response = models.TextField(blank=True, help_text="The beginning of the answer's body.")
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.status or self.error} after {self.ms} ms"
