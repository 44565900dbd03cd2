"""Hand-ins for staff: what became of each, and the two things that staff may do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from . import services
from .models import CheckResult, Run, Submission, Transition

COUNTED = 10_000


class FirstPages(Paginator):
    """Counts no further than people turn pages: a million rows would be counted for each page."""

    @cached_property
    def count(self) -> int:
        """How many there are, at most `COUNTED`."""
        return int(self.object_list.order_by()[:COUNTED].count())


class ReadOnly:
    """Rows that only the program writes: whoever changed one by hand would break the record."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one by hand."""
        return False


class RunInline(ReadOnly, admin.TabularInline):
    """The runs of a submission."""

    model = Run
    fields = ["state", "verdict", "score", "attempt", "faults", "reason", "detail", "queued_at", "finished_at"]
    show_change_link = True
    extra = 0


class TransitionInline(ReadOnly, admin.TabularInline):
    """What happened to a run."""

    model = Transition
    fields = ["at", "attempt", "from_state", "to_state", "reason", "actor"]
    extra = 0


class CheckResultInline(ReadOnly, admin.TabularInline):
    """What its checks found."""

    model = CheckResult
    fields = ["check_id", "title", "points", "max_points", "passed", "message"]
    extra = 0


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, admin.ModelAdmin):
    """Who handed in what."""

    list_display = ["exercise", "user", "number", "created_at"]
    list_filter = ["exercise"]
    list_select_related = ["exercise", "user"]
    search_fields = ["user__email", "exercise__slug", "id"]
    paginator = FirstPages
    show_full_result_count = False
    inlines = [RunInline]


@admin.register(Run)
class RunAdmin(ReadOnly, admin.ModelAdmin):
    """The queue and what has left it."""

    list_display = ["id", "submission", "queue", "lane", "state", "verdict", "score", "attempt", "faults", "queued_at"]
    list_filter = ["state", "verdict", "queue", "lane"]
    list_select_related = ["submission__exercise"]
    ordering = ["-submission__created_at"]  # by an index that there is
    paginator = FirstPages
    show_full_result_count = False
    search_fields = ["id", "submission__id", "submission__user__email", "submission__exercise__slug"]
    inlines = [TransitionInline, CheckResultInline]
    actions = ["requeue", "cancel"]

    @admin.action(description="Run again (what has no score)")
    def requeue(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """Queue the chosen runs again, as far as there is no score to lose."""
        self._each(request, queryset, services.requeue, "queued again")

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """Stop the chosen runs, as far as they have not been graded."""
        self._each(request, queryset, services.cancel, "cancelled")

    def _each(self, request: HttpRequest, queryset: QuerySet[Run], act: Any, done: str) -> None:
        runs = list(queryset.select_related("submission"))
        changed = sum(act(run=run, actor=request.user) for run in runs)
        level = messages.SUCCESS if changed == len(runs) else messages.WARNING
        self.message_user(request, f"{changed} of {len(runs)} runs were {done}.", level)
