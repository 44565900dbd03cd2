"""Webhooks in the admin: to look. No secret is shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Delivery, Endpoint


class ToLookAt(admin.ModelAdmin):
    """Rows that leads make, and workers."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Endpoint)
class EndpointAdmin(ToLookAt):
    """Where groups have told what happens in them, and which of it fails."""

    list_display = ["url", "group", "failing_since", "disabled_at", "disabled_why", "created_by"]
    list_filter = [("failing_since", admin.EmptyFieldListFilter), ("disabled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["group", "created_by"]
    search_fields = ["url", "group__name"]
    exclude = ["secret", "old_secret"]


@admin.register(Delivery)
class DeliveryAdmin(ToLookAt):
    """What was sent, and what could not be."""

    list_display = ["created_at", "kind", "endpoint", "state", "tries", "next_try_at", "last_error"]
    list_filter = ["state", "kind"]
    list_select_related = ["endpoint"]
    search_fields = ["message_id", "endpoint__url"]
    date_hierarchy = "created_at"
