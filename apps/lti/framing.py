"""Which pages may stand in a platform's page: those of this app that sign nobody in, for platforms that are on."""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from lti_tool.models import LtiRegistration


def platform_origins() -> list[str]:
    """Of all registrations that are on: where people sign in at them, and their issuers."""
    found = set()
    for addresses in LtiRegistration.objects.active().values_list("auth_url", "issuer"):
        found |= {origin(address) for address in addresses}
    return sorted(found - {""})


def origin(address: str) -> str:
    """`https://lms.example:8443`; empty for what is no address of the web."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    clean = host and all(letter.isalnum() or letter in ".-:[]" for letter in host) and host.isascii()
    return f"{parts.scheme}://{host}" if parts.scheme in {"http", "https"} and clean else ""


def is_framed(request: HttpRequest) -> bool:
    """Whether the browser shows it inside another page. It says so wherever there is https, or it is this machine."""
    return request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame", "embed", "object"}


def framable(view: Any) -> Any:
    """The view's pages may be framed by registered platforms, and by nobody else."""

    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        response: HttpResponse = view(request, *arguments, **named)
        if origins := platform_origins():
            response.xframe_options_exempt = True  # type: ignore[attr-defined]
            response._csp_replace = {"frame-ancestors": origins}  # type: ignore[attr-defined]
        return response

    return wrapped
