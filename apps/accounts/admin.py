"""Users in the admin, by e-mail address; and what was done with whose work, to read."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts.audit import record
from apps.accounts.models import AccessToken, AuditEntry, Mail, User
from apps.accounts.tokens import revoke_token


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Django's own user admin, without its user name."""

    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "date_joined")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Person", {"fields": ("name",)}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)


@admin.register(AccessToken)
class AccessTokenAdmin(admin.ModelAdmin):
    """Who may act for whom by a program. Of a token that got about one can only say that it is over."""

    list_display = ("name", "user", "prefix", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "name", "prefix")
    fields = readonly_fields = (
        "user",
        "name",
        "prefix",
        "scopes",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only the person it acts for sees a token, once."""
        return False

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[AccessToken]) -> None:
        """At once and for good; whose they are can read of it."""
        ended = [token for token in tokens.select_related("user") if revoke_token(user=token.user, pk=token.pk)]
        for token in ended:
            record(actor=request.user, subject=token.user, act="token", what=f"Revoked the token “{token.name}”")
        self.message_user(request, f"{len(ended)} revoked.")


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    """Nobody adds to the record by hand, or changes it."""

    list_display = ("at", "actor", "what", "subject", "where")
    list_filter = ("act",)
    list_select_related = ("actor", "subject")
    search_fields = ("actor__email", "subject__email", "what", "where")
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come with the acts themselves."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What happened has happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It goes only with the person whom it concerns: Django asks on the page of that person too."""
        match = request.resolver_match
        return bool(match) and not str(match.url_name).startswith("accounts_auditentry_")


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):
    """Mails to people, and which the server refused; what stands in them is theirs."""

    list_display = ("created_at", "kind", "to", "state", "tries", "next_try_at", "last_error")
    list_filter = ("state", "kind")
    search_fields = ("to", "key")
    date_hierarchy = "created_at"
    exclude = ("subject", "text", "html", "stop_url")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
