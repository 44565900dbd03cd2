"""Speaking with a platform: its keys, a token of it, its services. Bounded in time and size, no redirect followed."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import requests
from django.utils.translation import gettext_noop as _
from lti_tool.models import LtiRegistration
from pylti1p3.exception import LtiServiceException
from pylti1p3.service_connector import ServiceConnector

from . import keys

TIMEOUTS_S = (5.0, 10.0)  # to connect; between two pieces of an answer
DEADLINE_S = 30.0
MOST_BYTES = 4 * 1024 * 1024
PIECE = 64 * 1024
SERVER_SIDE = 500


class PlatformError(Exception):
    """It did not answer as it should; the text says how. `status` is None where there was no answer."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class _Session(requests.Session):
    """requests' own, with an end: in seconds, and in bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["User-Agent"] = "StudyHub-LTI/1"

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Called by requests for each request. Raises RequestException."""
        until = time.monotonic() + DEADLINE_S
        options |= {"timeout": TIMEOUTS_S, "allow_redirects": False, "stream": True}
        response = super().send(request, **options)
        pieces, size = [], 0
        try:
            while piece := response.raw.read1(PIECE, decode_content=True):
                pieces.append(piece)
                size += len(piece)
                if size > MOST_BYTES or time.monotonic() > until:
                    raise requests.ConnectionError("too much, or too slow")
        except Exception as problem:
            raise requests.ConnectionError(str(problem)) from problem
        finally:
            response.close()
        response._content, response._content_consumed = b"".join(pieces), True  # type: ignore[attr-defined]
        return response


class Platform:
    """One platform, by one registration. Keeps its tokens as long as it lives itself."""

    def __init__(self, registration: LtiRegistration) -> None:
        self.registration = registration
        self._session = _Session()
        self._connector = ServiceConnector(keys.signing(registration), self._session)

    def public_keys(self) -> list[dict[str, Any]]:
        """Its JWKS. Raises PlatformError."""
        found = self._json(self._call("GET", self.registration.keyset_url))
        listed = found.get("keys") if isinstance(found, dict) else None
        if not isinstance(listed, list):
            raise PlatformError(_("Its keys are no JWKS."))
        return [one for one in listed if isinstance(one, dict)]

    def token(self, scopes: list[str]) -> str:
        """An access token, by our signature. Raises PlatformError."""
        try:
            return str(self._connector.get_access_token(scopes))
        except requests.RequestException as problem:
            raise PlatformError(_in_words(problem)) from problem
        except LtiServiceException as problem:
            status = problem.response.status_code
            raise PlatformError(f"It gave no access token: {status}.", status) from problem
        except (KeyError, ValueError, TypeError, AttributeError) as problem:
            raise PlatformError(_("What it gave is no access token.")) from problem

    def read(self, url: str, scopes: list[str], accept: str) -> tuple[Any, str]:
        """One page of a service, and the address of the next one, of the same host. Raises PlatformError."""
        response = self._call("GET", url, self._bearer(scopes) | {"Accept": accept})
        following = response.links.get("next", {}).get("url", "")
        if following and urlsplit(following)[:2] != urlsplit(url)[:2]:
            following = ""  # our token goes nowhere else
        return self._json(response), following

    def write(self, url: str, scopes: list[str], body: str, content_type: str) -> None:
        """A POST to a service. Raises PlatformError for whatever isn't a 2xx."""
        self._call("POST", url, self._bearer(scopes) | {"Content-Type": content_type}, body)

    def _bearer(self, scopes: list[str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(scopes)}"}

    def _call(self, method: str, url: str, headers: dict[str, str] | None = None, body: str = "") -> requests.Response:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise PlatformError(_("Its address is none of the web."))
        try:
            response = self._session.request(method, url, headers=headers, data=body.encode() or None)
        except requests.RequestException as problem:
            raise PlatformError(_in_words(problem)) from problem
        if not 200 <= response.status_code < 300:
            raise PlatformError(f"It answered {response.status_code}.", response.status_code)
        return response

    def _json(self, response: requests.Response) -> Any:
        try:
            return response.json()
        except ValueError as problem:
            raise PlatformError(_("It does not answer in JSON.")) from problem


def _in_words(problem: requests.RequestException) -> str:
    if isinstance(problem, requests.Timeout) or "timed out" in str(problem).lower():
        return _("It did not answer in time.")
    return _("It can't be reached.")
