"""The catalogue in the admin, to look at: its files are the place to change it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.catalog.models import Completion, Concept, Resource, Section, Track


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows and changes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Track)
class TrackAdmin(ReadOnlyAdmin):
    """Tracks in the curriculum's order."""

    list_display = ("title", "slug", "position", "is_spine", "retired")


@admin.register(Section)
class SectionAdmin(ReadOnlyAdmin):
    """Sections by track."""

    list_display = ("title", "track", "position", "optional", "retired")
    list_filter = ("track",)


@admin.register(Concept)
class ConceptAdmin(ReadOnlyAdmin):
    """Concepts by name."""

    list_display = ("title", "slug", "retired")
    search_fields = ("title", "slug")


@admin.register(Resource)
class ResourceAdmin(ReadOnlyAdmin):
    """Resources by track."""

    list_display = ("title", "section", "kind", "level", "optional", "retired")
    list_filter = ("section__track", "kind", "level", "retired")
    search_fields = ("title", "url")


@admin.register(Completion)
class CompletionAdmin(ReadOnlyAdmin):
    """Who is done with what."""

    list_display = ("user", "resource", "done_at")
    date_hierarchy = "done_at"
