"""From a platform's first request to a launch that is believed: OpenID Connect as LTI 1.3 uses it.

1. `begin` answers the login initiation: a state and a nonce that serve once, kept here, and a cookie for the browser.
2. The platform says who it is, by a token that it signs; `believe` looks at state, cookie, nonce, key, signature,
   audience, issuer, times, deployment and message, and only then takes the state.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import jwt
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from lti_tool.models import LtiDeployment, LtiLaunch, LtiRegistration
from lti_tool.utils import DjangoToolConfig
from pylti1p3.contrib.django import DjangoMessageLaunch
from pylti1p3.exception import LtiException

from . import keys
from .models import ARRIVE_FOR, Health, Launch
from .platform import Platform, PlatformError
from .refusals import Refused

ALGORITHM = "RS256"
LEEWAY_S = 30
COOKIE_FOR_S = int(ARRIVE_FOR.total_seconds())
KEYS_FOR_S, KEYS_AGAIN_S, KEYS_REST_S = 3600, 60, 5
KEYS_WAIT_S, KEYS_LOOK_S = 3.0, 0.1
ASKING, TOLD, FAILED = "asking", "told", "failed"  # how it stands with a platform's keys
BEGUN_WITH = ("iss", "client_id", "login_hint", "lti_message_hint", "target_link_uri", "lti_deployment_id")
NUL = "\0"  # PostgreSQL breaks off whoever looks for it
LONGEST = 2000  # of what a platform hands us to hand back
NAME_LENGTH = 255


def cookie_name(state: str) -> str:
    """Of the cookie for one launch: several may be under way in one browser."""
    return f"lti-{state[:16]}"


def begin(request: HttpRequest, asked: Mapping[str, str]) -> tuple[Launch, str, str]:
    """A new launch, the cookie for the browser, and where it is sent. Raises Refused."""
    told = {name: asked[name][:LONGEST] for name in BEGUN_WITH if asked.get(name) and NUL not in asked[name]}
    if not {"iss", "login_hint", "target_link_uri"} <= set(told):
        raise Refused("incomplete", ", ".join({"iss", "login_hint", "target_link_uri"} - set(told)))
    registration = _registration(told)
    binder = secrets.token_urlsafe(32)
    deep = told["target_link_uri"].split("?")[0].endswith(reverse("lti:deep_link"))
    launch = Launch.objects.create(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        binder=_hashed(binder),
        registration=registration,
        asked=told,
        deep=deep,
    )
    back_to = request.build_absolute_uri(reverse("lti:deep_link" if deep else "lti:launch"))
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": registration.client_id,
        "redirect_uri": back_to,
        "state": launch.state,
        "nonce": launch.nonce,
        "login_hint": told["login_hint"],
    }
    if "lti_message_hint" in told:
        query["lti_message_hint"] = told["lti_message_hint"]
    joint = "&" if "?" in registration.auth_url else "?"
    return launch, binder, f"{registration.auth_url}{joint}{urlencode(query)}"


def is_bound(request: HttpRequest, launch: Launch) -> bool:
    """Whether this is the browser in which it began."""
    binder = request.COOKIES.get(cookie_name(launch.state), "")
    return hmac.compare_digest(_hashed(binder), launch.binder)


def believe(request: HttpRequest, *, deep: bool) -> tuple[Launch, LtiLaunch]:
    """The launch that a platform's POST goes on with, used up, and what it says. Raises Refused.

    In a frame a browser may keep cookies back. To choose something for a course (`deep`) none is asked for: nobody is
    signed in by it, and what is chosen goes to the platform that asked, signed.
    """
    now = timezone.now()
    launches = Launch.objects.begun(now).select_related("registration").filter(registration__is_active=True)
    state = request.POST.get("state", "")
    launch = None if NUL in state else launches.filter(state=state).first()
    if launch is None:
        raise Refused("state")
    try:
        if launch.used_at:
            raise Refused("replayed")
        if launch.deep != deep:
            raise Refused("state", "begun for the other address")
        if not deep and not is_bound(request, launch):
            raise Refused("cookie")
        message = _Message(request, launch)
        message.validate()
        if Launch.objects.filter(pk=launch.pk, used_at=None).update(used_at=now) != 1:
            raise Refused("replayed")
    except Refused as refusal:
        refusal.registration, refusal.launch = launch.registration, launch
        raise
    launch.used_at = now
    Health.objects.update_or_create(registration=launch.registration, defaults={"launched_at": now})
    return launch, LtiLaunch(message)


class _Message(DjangoMessageLaunch):
    """pylti1p3's steps, with state, nonce and signature held to what was kept here."""

    def __init__(self, request: HttpRequest, launch: Launch) -> None:
        config = DjangoToolConfig()
        config.registration = launch.registration
        super().__init__(request, config)
        self._launch = launch

    def validate(self) -> _Message:
        """All of it. Raises Refused."""
        self._validated = True
        _try(self.validate_jwt_format, "malformed")
        if not isinstance(self._jwt.get("body"), dict) or not isinstance(self._jwt.get("header"), dict):
            raise Refused("malformed")
        self._registration = keys.signing(self._launch.registration)
        self.validate_jwt_signature()
        self.validate_nonce()
        _try(self.validate_message, "message")
        self.validate_deployment()
        return self

    def validate_jwt_signature(self) -> _Message:
        """By a key that the platform publishes, with the one algorithm of LTI 1.3; meant for us, and for now."""
        registration = self._launch.registration
        header = self._jwt["header"]
        if header.get("alg") != ALGORITHM:
            raise Refused("algorithm", str(header.get("alg"))[:40])
        try:
            key = jwt.PyJWK(_public_key(registration, str(header.get("kid") or "")), ALGORITHM)
            claims = jwt.decode(
                self._get_id_token(),
                key,
                algorithms=[ALGORITHM],
                audience=registration.client_id,
                issuer=registration.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "nonce", "aud", "iss", "sub"]},
            )
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as problem:
            raise Refused("expired", str(problem)) from problem
        except jwt.InvalidAudienceError as problem:
            raise Refused("audience", str(problem)) from problem
        except jwt.InvalidIssuerError as problem:
            raise Refused("issuer", str(problem)) from problem
        except jwt.PyJWTError as problem:
            raise Refused("signature", str(problem)) from problem
        audience = claims["aud"]
        others = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", registration.client_id) != registration.client_id or (others and "azp" not in claims):
            raise Refused("audience", "azp")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= NAME_LENGTH:
            raise Refused("message", "sub")
        self._jwt["body"] = claims
        return self

    def validate_nonce(self) -> _Message:
        """The one of this very launch."""
        if not hmac.compare_digest(str(self._jwt["body"]["nonce"]).encode(), self._launch.nonce.encode()):
            raise Refused("nonce")
        return self

    def validate_deployment(self) -> _Message:
        """One that was let in; one that is new is written down, for operators to look at."""
        name = self._jwt["body"].get("https://purl.imsglobal.org/spec/lti/claim/deployment_id")
        if not isinstance(name, str) or not 0 < len(name) <= NAME_LENGTH:
            raise Refused("deployment", "no deployment id")
        found, _ = LtiDeployment.objects.get_or_create(registration=self._launch.registration, deployment_id=name)
        if not found.is_active:
            raise Refused("deployment", name)
        self._tool_config.deployment = found
        return self


def _try(step: Any, why: str) -> None:
    try:
        step()
    except (LtiException, AttributeError, KeyError, TypeError, ValueError) as problem:
        raise Refused(why, str(problem)[:200]) from problem


def _registration(told: Mapping[str, str]) -> LtiRegistration:
    found = LtiRegistration.objects.active().filter(issuer=told["iss"])
    if "client_id" in told:
        found = found.filter(client_id=told["client_id"])
    ours = list(found[:2])
    if len(ours) != 1:  # of two clients of one platform it has to say which
        raise Refused("off" if not ours else "incomplete", told["iss"])
    return ours[0]


def _public_key(registration: LtiRegistration, kid: str) -> dict[str, Any]:
    """The platform's key of this name; fetched anew where it is unknown, once a minute at most. Raises Refused.

    Of many launches at once one asks and the others wait for it; of a platform that can't answer the next one asks
    after KEYS_REST_S, so that it holds up no more than a few.
    """
    kept = f"lti:keys:{registration.pk}:{_hashed(registration.keyset_url)[:16]}"
    asked = f"{kept}:asked"
    found = _named(cache.get(kept) or [], kid)
    if found is None and cache.add(asked, ASKING, KEYS_AGAIN_S):
        try:
            listed = Platform(registration).public_keys()
        except PlatformError as problem:
            cache.set(asked, FAILED, KEYS_REST_S)
            raise Refused("keys", str(problem)) from problem
        cache.set(kept, listed, KEYS_FOR_S)
        cache.set(asked, TOLD, KEYS_AGAIN_S)
        found = _named(listed, kid)
    elif found is None:
        until = time.monotonic() + KEYS_WAIT_S
        while cache.get(asked) == ASKING and time.monotonic() < until:
            time.sleep(KEYS_LOOK_S)
        if cache.get(asked) in {ASKING, FAILED}:
            raise Refused("keys")
        found = _named(cache.get(kept) or [], kid)
    if found is None:
        raise Refused("key", kid[:80])
    return found


def _named(listed: list[dict[str, Any]], kid: str) -> dict[str, Any] | None:
    fitting = (one for one in listed if one.get("kty") == "RSA" and one.get("alg", ALGORITHM) == ALGORITHM)
    return next((one for one in fitting if kid and one.get("kid") == kid), None)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
