"""allauth's forms for passkeys, which take whatever a browser may send: what is none is refused, and is no fault."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as theirs
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts import ways


class CredentialField(forms.JSONField):
    """What the browser's script made of a passkey: an object with an id and a response."""

    def to_python(self, value: Any) -> Any:
        """Called by Django. Raises ValidationError for what is no such object."""
        try:
            found = super().to_python(value)
        except (ValueError, RecursionError):
            found = None
        if found in self.empty_values:
            return found
        if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
            raise get_adapter().validation_error("incorrect_code")
        return found

    def bound_data(self, data: Any, initial: Any) -> None:
        """Called by Django where the form is shown again: a new answer is asked for then."""


def _name(*, required: bool) -> forms.CharField:
    return forms.CharField(required=required, label=pgettext_lazy("of a passkey", "Name"))


def _field() -> CredentialField:
    return CredentialField(required=True, widget=forms.HiddenInput)


class _Careful:
    """An answer that can't be read is a wrong one."""

    def clean_credential(self) -> Any:
        """Called by Django. Raises ValidationError."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except (KeyError, TypeError, ValueError):
            raise get_adapter().validation_error("incorrect_code") from None


class LoginForm(_Careful, theirs.LoginWebAuthnForm):
    """Sign in by a passkey alone."""

    credential = _field()


class AuthenticateForm(_Careful, theirs.AuthenticateWebAuthnForm):
    """A passkey after the password."""

    credential = _field()


class ReauthenticateForm(_Careful, theirs.ReauthenticateWebAuthnForm):
    """Show again who you are, by a passkey."""

    credential = _field()


class AddForm(theirs.AddWebAuthnForm):
    """A new passkey, which signs in by itself unless that is unticked."""

    name = _name(required=False)
    credential = _field()
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone"),
        required=False,
        initial=True,
        help_text=_("Without a password. Unticked, it is asked for after the password."),
    )

    def clean(self) -> dict[str, Any]:
        """Called by Django. Raises ValidationError for what no browser made."""
        if not self.cleaned_data.get("passwordless") and not ways.has_own(self.user):
            self.add_error("passwordless", _("You have nothing yet that it could follow: leave this ticked."))
            return self.cleaned_data
        try:
            cleaned: dict[str, Any] = super().clean()
        except (KeyError, TypeError, ValueError):
            raise get_adapter().validation_error("incorrect_code") from None
        return cleaned


class EditForm(theirs.EditWebAuthnForm):
    """Another name for a passkey."""

    name = _name(required=True)
