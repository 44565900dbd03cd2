"""What an operator tells of a platform."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from lti_tool.models import LtiRegistration

HELP = {
    "name": _("What people call it: they read it where they link their account."),
    "issuer": _("Platform ID, in the platform's own words. Exactly as it writes it."),
    "client_id": _("What the platform calls StudyHub."),
    "auth_url": _("Authentication request URL."),
    "token_url": _("Access token URL."),
    "keyset_url": _("Public keyset URL (JWKS)."),
    "audience": _("Only where the platform asks for another one than its access token URL."),
}


class RegistrationForm(forms.ModelForm):
    """A platform, and what it calls us."""

    auth_url = forms.URLField(label=_("Where people sign in"), help_text=HELP["auth_url"], assume_scheme="https")
    token_url = forms.URLField(label=_("Where we get a token"), help_text=HELP["token_url"], assume_scheme="https")
    keyset_url = forms.URLField(label=_("Where its keys are"), help_text=HELP["keyset_url"], assume_scheme="https")

    class Meta:
        model = LtiRegistration
        fields = ["name", "issuer", "client_id", "auth_url", "token_url", "keyset_url", "audience"]
        help_texts = HELP

    def clean(self) -> dict[str, Any]:
        """All of its addresses are https: whoever can change what is on the way could sign as the platform."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("auth_url", "token_url", "keyset_url"):
            address = cleaned.get(name) or ""
            if urlsplit(address).scheme != "https" and not (settings.DEBUG and address.startswith("http://")):
                self.add_error(name, ValidationError(_("It has to begin with https://.")))
        return cleaned
