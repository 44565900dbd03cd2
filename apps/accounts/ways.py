"""By which ways somebody gets in here without a learning platform."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from apps.accounts.models import User
from studyhub.mail import NO_MAIL


def has_own(user: User) -> bool:
    """Whether there is one: a password with an address, a mail to it, an account elsewhere, or a passkey alone."""
    return begins_by_itself(user) or any(
        passkey.wrap().is_passwordless
        for passkey in Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    )


def begins_by_itself(user: User) -> bool:
    """Whether there is one after which a second factor can be asked for."""
    if SocialAccount.objects.filter(user=user).exists():
        return True
    if user.email.endswith(NO_MAIL):
        return False
    if user.has_usable_password():
        return True
    return bool(settings.EMAIL_HOST) and EmailAddress.objects.filter(user=user, verified=True).exists()
