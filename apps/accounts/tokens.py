"""Personal tokens for programs: made, shown once, looked up by their hash, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import AccessToken, Scope, User

# So that programs that look for secrets in published code know one of ours.
BEGINNING = "studyhub_"
SECRET_BYTES = 32
PREFIX_LENGTH = len(BEGINNING) + 3
# A use within the hour after the last one that was noted is not noted: reading must not cost a write each time.
NOTED_EVERY = timedelta(hours=1)
# Live tokens of one person: more are nobody's by intention.
MOST = 20


class TokenRefused(Exception):
    """A token that lets nobody in, or can't be made; the text says why and what to do."""


def make_token(*, user: User, name: str, scopes: Iterable[str], days: int) -> tuple[AccessToken, str]:
    """A new token and its text, which is nowhere else from now on. Raises TokenRefused beyond MOST live ones."""
    now = timezone.now()
    if AccessToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=now).count() >= MOST:
        raise TokenRefused(
            _("You have %(most)s tokens that work. Revoke one that you no longer need.") % {"most": MOST}
        )
    text = BEGINNING + secrets.token_urlsafe(SECRET_BYTES)
    token = AccessToken.objects.create(
        user=user,
        name=name,
        scopes=[scope for scope in Scope.values if scope in set(scopes)],
        prefix=text[:PREFIX_LENGTH],
        digest=digest_of(text),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token, text


def digest_of(text: str) -> str:
    """What is kept of a token. It is drawn from 256 bits, so a plain hash can't be turned round."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def find_token(text: str) -> AccessToken:
    """The live token with this text, with its user (one query). Raises TokenRefused."""
    token = AccessToken.objects.select_related("user").filter(digest=digest_of(text)).first()
    if token is None or not token.user.is_active:
        raise TokenRefused("This token is not known here.")
    if token.revoked_at is not None:
        raise TokenRefused("This token was revoked.")
    if not token.is_live(timezone.now()):
        raise TokenRefused("This token has expired.")
    return token


def note_use(token: AccessToken, now: datetime) -> None:
    """Remember the hour of its use; most calls write nothing."""
    if token.last_used_at is None or token.last_used_at <= now - NOTED_EVERY:
        hour = now.replace(minute=0, second=0, microsecond=0)
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=hour)
        AccessToken.objects.filter(stale, pk=token.pk).update(last_used_at=hour)


def revoke_token(*, user: User, pk: int) -> bool:
    """End one of the user's tokens for good; False where there is none of theirs that works."""
    theirs = AccessToken.objects.filter(user=user, pk=pk, revoked_at__isnull=True)
    return bool(theirs.update(revoked_at=timezone.now()))
