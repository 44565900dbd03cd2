"""Who calls, by a token alone: cookies of a browser's session count for nothing here, so no page can make a call."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import AccessToken, Scope, User
from apps.accounts.tokens import TokenRefused, find_token, note_use
from studyhub.clients import client_network
from studyhub.ratelimits import holder, take

from .problems import Problem


class Token:
    """Lets in whoever has a token with `scope`; the request then has its user, and the token as `auth`."""

    openapi_security_schema = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token that you made under Your account, Tokens for programs.",
    }

    def __init__(self, scope: Scope, counts: str = "") -> None:
        self.scope, self.counts = scope, counts

    def __call__(self, request: HttpRequest) -> AccessToken:
        """Called by ninja before the call. Raises Problem, and RateExceeded for one call too many."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            take("api-unknown", _from(request))
            raise Problem("no-token")
        try:
            token = find_token(text.strip())
        except TokenRefused as refusal:
            take("api-unknown", _from(request))
            raise Problem("bad-token", f"{refusal} Make a new one under Your account, Tokens for programs.") from None
        take("api", f"token:{token.pk}")
        request.user = token.user
        need(token, self.scope)
        if self.counts:
            take(self.counts, holder(request))
        note_use(token, timezone.now())
        return token


def _from(request: HttpRequest) -> str:
    return f"address:{client_network(request)}"


def need(token: AccessToken, scope: Scope) -> None:
    """For what asks for more than its call does. Raises Problem where the token does not have `scope`."""
    if scope not in token.scopes:
        raise Problem("missing-scope", f"It does not have the scope “{scope}”.", scope=str(scope))


def caller(request: HttpRequest) -> User:
    """Whose token it is."""
    user: Any = request.user
    return user


def token_of(request: HttpRequest) -> AccessToken:
    """The token that was sent."""
    found: AccessToken = request.auth  # type: ignore[attr-defined]
    return found
