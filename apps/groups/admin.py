"""Groups in the admin: to look, and to name a lead where a group has lost its last one. No secret is shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from .forms import GroupForm
from .models import Assignment, Group, Invitation, Meeting, Membership, Role


class MembershipInline(admin.TabularInline):
    """Who is in it, and as what; what a member lets the leads see is theirs to say."""

    model = Membership
    fields = ["user", "role", "joined_at", "left_at", "shares_all"]
    readonly_fields = ["joined_at", "left_at", "shares_all"]
    autocomplete_fields = ["user"]
    extra = 0
    can_delete = False


@admin.register(Group)
class GroupAdmin(admin.ModelAdmin):
    """Groups, with how many are in them and lead them."""

    list_display = ["name", "slug", "members", "leads", "created_at", "archived_at"]
    list_filter = [("archived_at", admin.EmptyFieldListFilter)]
    form = GroupForm
    search_fields = ["name", "slug", "memberships__user__email"]
    readonly_fields = ["slug", "created_by", "created_at", "archived_at"]
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With the numbers that the list shows."""
        here = Q(memberships__left_at__isnull=True)
        leading = here & Q(memberships__role=Role.LEAD)
        numbers = {
            "member_count": Count("memberships", filter=here),
            "lead_count": Count("memberships", filter=leading),
        }
        return super().get_queryset(request).annotate(**numbers)

    @admin.display(ordering="member_count")
    def members(self, group: Any) -> int:
        """How many are in it."""
        return int(group.member_count)

    @admin.display(ordering="lead_count")
    def leads(self, group: Any) -> int:
        """How many leads it has: none is a reason to name one."""
        return int(group.lead_count)


class ToLookAt:
    """Rows that are made and changed on the group's own pages."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Invitation)
class InvitationAdmin(ToLookAt, admin.ModelAdmin):
    """Ways into groups; the link itself is shown to leads alone."""

    list_display = ["group", "email", "used", "limit", "expires_at", "revoked_at", "created_by"]
    list_select_related = ["group", "created_by"]
    search_fields = ["group__name", "email"]


@admin.register(Meeting)
class MeetingAdmin(ToLookAt, admin.ModelAdmin):
    """When groups meet."""

    list_display = ["title", "group", "starts_at", "minutes"]
    list_select_related = ["group"]
    date_hierarchy = "starts_at"


@admin.register(Assignment)
class AssignmentAdmin(ToLookAt, admin.ModelAdmin):
    """What is to be done in groups."""

    list_display = ["__str__", "group", "meeting", "due_at", "optional"]
    list_select_related = ["group", "meeting", "resource", "quiz", "exercise"]
