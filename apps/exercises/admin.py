"""The exercises in the admin, to look at: the files of the curriculum are the truth."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.exercises.models import Exercise, ExerciseVersion


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; what is to be changed is changed in the files and loaded by sync_curriculum."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: rows come from files."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: the next sync would undo it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: hand-ins hang on these rows."""
        return False


class VersionInline(admin.TabularInline):
    """The versions of an exercise, newest first."""

    model = ExerciseVersion
    fields = ["digest", "max_score", "created_at"]
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: versions come from files."""
        return False


@admin.register(Exercise)
class ExerciseAdmin(ReadOnlyAdmin):
    """Exercises by track."""

    list_display = ["title", "slug", "section", "level", "minutes", "retired"]
    list_filter = ["section__track", "level", "retired"]
    list_select_related = ["section__track"]
    search_fields = ["title", "slug"]
    inlines = [VersionInline]


@admin.register(ExerciseVersion)
class ExerciseVersionAdmin(ReadOnlyAdmin):
    """Versions with their manifests and checks."""

    list_display = ["exercise", "short_digest", "max_score", "created_at"]
    list_select_related = ["exercise"]
    search_fields = ["exercise__slug", "digest"]
