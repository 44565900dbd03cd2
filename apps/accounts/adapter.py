"""What django-allauth asks of the site."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.accounts.models import User
from apps.accounts.notifications import speaking_to
from studyhub.clients import UNKNOWN, client_network

NO_ADDRESS = "0.0.0.0"  # noqa: S104 - stands for an address in a row, nothing listens there


class AccountAdapter(DefaultAccountAdapter):
    """Counts by the same address as everything else that is limited, and takes as long whoever is asked for."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Called by allauth for its rate limits and its list of sessions."""
        found = client_network(request)
        return NO_ADDRESS if found == UNKNOWN else found

    def send_account_already_exists_mail(self, email: str) -> None:
        """Called by allauth in place of making an account: hashes as a new one does, so that the time tells nothing."""
        make_password(email)
        super().send_account_already_exists_mail(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Called by allauth: a mail speaks the language that its reader chose, whoever asked for it."""
        user = context.get("user")
        with speaking_to(user) if user and user.language else nullcontext():
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Called by allauth where something of the account was changed."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)


class SocialAdapter(DefaultSocialAccountAdapter):
    """Takes from a provider who somebody is, and a name to show; never an account that is there already."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Called by allauth before a new account is made."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        user.name = (data.get("name") or " ".join(part for part in parts if part))[:80]
        return user


class FactorAdapter(DefaultMFAAdapter):
    """Names for what somebody signs in with."""

    def get_totp_issuer(self) -> str:
        """What an authenticator app shows above the code."""
        return "StudyHub"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What stands in the field for the name of a new passkey."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return pgettext("name of the first", "Passkey") if number == 1 else _("Passkey %(number)s") % {"number": number}
