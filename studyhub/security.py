"""What every answer of the site tells the browser: what a page may load, and what others may do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.http import HttpRequest, HttpResponse

PLAYER = "https://www.youtube-nocookie.com"
# Of what a browser can do for a page, ours and the player in it need this much.
PERMISSIONS = {
    **{
        feature: "()"
        for feature in (
            "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
            "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
        )
    },
    **{
        feature: f'(self "{PLAYER}")'
        for feature in ("autoplay", "encrypted-media", "fullscreen", "picture-in-picture")
    },
    **{
        feature: "(self)"
        for feature in ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")
    },
}  # fmt: skip
HEADERS = {
    "Permissions-Policy": ", ".join(f"{feature}={who}" for feature, who in sorted(PERMISSIONS.items())),
    # No other site may show our pictures or read our answers, wherever the browser would let it.
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def page_policy(report_uri: str = "") -> dict[str, Any]:
    """The Content-Security-Policy of pages; the executed notebook has a stricter one of its own.

    Scripts are files of ours, or carry the nonce of the answer. `strict-dynamic` would weaken that: it lets each of
    them load others from anywhere, and what it is for, a list of foreign hosts, is not there.
    """
    directives: dict[str, Any] = {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [SELF, PLAYER],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
    if report_uri:
        directives["report-uri"] = [report_uri]
    return {"DIRECTIVES": directives}


class HeadersMiddleware:
    """Adds what Django's own middleware has no setting for; stands first, so that refusals have it too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cookie" in response.headers.get("Vary", ""):
            # Made for one person: no cache between us and them may keep it.
            response.headers.setdefault("Cache-Control", "private")
        return response
