"""What libraries say otherwise than we do in French: named here, so that our own catalogue has it, and wins."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Email"),
    _("Use your password"),
    _("Use authenticator app or code"),
    _("Use a security key"),
    _("Authenticator code"),
    _("Security Key Added"),
    _("Security Key Removed"),
    _("Security key added."),
    _("Security key removed."),
    _("New Recovery Codes Generated"),
    _("A new set of recovery codes has been generated."),
    _("You have signed out."),
    _("Successfully signed in as %(name)s."),
    _("Be patient, you are sending too many requests."),
)
