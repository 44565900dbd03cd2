"""Speaking with a platform: its keys, a token of it, its services.

Its own hosts are the operator's word, and may lie in the networks of a school. An address that it tells, of a column or
of a list of members, may not, unless it is of one of those hosts; and none leads to this machine, or to where a cloud
keeps its secrets, unless the site's settings say so (studyhub/outside.py).
"""

from __future__ import annotations

import json
import re
import time
import uuid
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from django.conf import settings
from django.utils.translation import gettext_noop as _
from lti_tool.models import LtiRegistration

from studyhub import outside, stored

from . import keys

DEADLINE_S = 20.0
KEYS_DEADLINE_S = 8.0  # somebody is waiting for the page
MOST_BYTES = 4 * 1024 * 1024
TOKEN_FOR_S = 60
SKEW_S = 5  # that the platform's clock may be behind
ALGORITHM = "RS256"
USER_AGENT = "StudyHub-LTI/1"
BY_JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NEXT = re.compile(r'<([^<>]*)>(?:;[^,<>]*)?;\s*rel="?next"?')  # in a Link header
INSIDE = [ip_network("10.0.0.0/8"), ip_network("172.16.0.0/12"), ip_network("192.168.0.0/16")]
# In English, so it is kept; told in the reader's language.
NO_JWKS = _("Its keys are no JWKS.")
NO_TOKEN = _("What it gave is no access token.")
REFUSED_TOKEN = _("It gave no access token: %(status)s.")
NO_JSON = _("It does not answer in JSON.")
TOO_MUCH = _("It sent more than %(most)s MB.")
stored.keep(NO_JWKS, NO_TOKEN, REFUSED_TOKEN, NO_JSON, TOO_MUCH)


class PlatformError(Exception):
    """It did not answer as it should; the text says how. `status` is None where there was no answer."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class Platform:
    """One platform, by one registration. Keeps its tokens as long as it lives itself."""

    def __init__(self, registration: LtiRegistration) -> None:
        self.registration = registration
        told = (registration.issuer, registration.auth_url, registration.token_url, registration.keyset_url)
        self._hosts = {urlsplit(address).hostname for address in told}
        self._plain = urlsplit(registration.token_url).scheme == "http"  # for developing only: the form refuses it
        self._tokens: dict[str, str] = {}

    def public_keys(self) -> list[dict[str, Any]]:
        """Its JWKS. Raises PlatformError."""
        found = _read(self._call("GET", self.registration.keyset_url, deadline_s=KEYS_DEADLINE_S))
        listed = found.get("keys") if isinstance(found, dict) else None
        if not isinstance(listed, list):
            raise PlatformError(NO_JWKS)
        return [one for one in listed if isinstance(one, dict)]

    def token(self, scopes: list[str]) -> str:
        """An access token, by our signature. Raises PlatformError."""
        scope = " ".join(sorted(scopes))
        if scope not in self._tokens:
            self._tokens[scope] = self._new_token(scope)
        return self._tokens[scope]

    def read(self, url: str, scopes: list[str], accept: str) -> tuple[Any, str]:
        """One page of a service, and the address of the next one, of the same host. Raises PlatformError."""
        answer = self._call("GET", url, self._bearer(scopes) | {"Accept": accept})
        found = NEXT.search(answer.headers.get("link", ""))
        following = found[1] if found else ""
        if following and urlsplit(following)[:2] != urlsplit(url)[:2]:
            following = ""  # our token goes nowhere else
        return _read(answer), following

    def write(self, url: str, scopes: list[str], body: str, content_type: str) -> None:
        """A POST to a service. Raises PlatformError for whatever isn't a 2xx."""
        self._call("POST", url, self._bearer(scopes) | {"Content-Type": content_type}, body)

    def _bearer(self, scopes: list[str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(scopes)}"}

    def _new_token(self, scope: str) -> str:
        ours, now = keys.signing(self.registration), int(time.time())
        claims = {
            "iss": self.registration.client_id,
            "sub": self.registration.client_id,
            "aud": self.registration.audience or self.registration.token_url,
            "iat": now - SKEW_S,
            "exp": now + TOKEN_FOR_S,
            "jti": str(uuid.uuid4()),
        }
        signed = jwt.encode(claims, ours.get_tool_private_key() or "", ALGORITHM, headers={"kid": ours.get_kid()})
        asked = {
            "grant_type": "client_credentials",
            "client_assertion_type": BY_JWT,
            "client_assertion": signed,
            "scope": scope,
        }
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = self._call("POST", self.registration.token_url, form, urlencode(asked))
        except PlatformError as problem:
            if problem.status is None:
                raise
            raise PlatformError(REFUSED_TOKEN % {"status": problem.status}, problem.status) from problem
        found = _read(answer)
        token = found.get("access_token") if isinstance(found, dict) else None
        # What no header can hold is none either.
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise PlatformError(NO_TOKEN)
        return token

    def _call(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: str = "",
        *,
        deadline_s: float | None = None,
    ) -> outside.Answer:
        answer = outside.ask(
            method,
            url,
            body.encode() or None,
            {"User-Agent": USER_AGENT, **(headers or {})},
            allow=[*settings.WEBHOOK_ALLOW, *(INSIDE if _host(url) in self._hosts else [])],
            plain=self._plain,
            deadline_s=deadline_s or DEADLINE_S,
            most=MOST_BYTES,
        )
        if not answer.is_good:
            raise PlatformError(answer.error, answer.status)
        if answer.goes_on:
            raise PlatformError(TOO_MUCH % {"most": MOST_BYTES // 2**20}, answer.status)
        return answer


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _read(answer: outside.Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as problem:
        raise PlatformError(NO_JSON) from problem
