"""Pages show times by the reader's clock."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class ZoneMiddleware:
    """For each request the time zone that its reader chose; without one the site's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        with timezone.override(zone_of(request)):
            return self.get_response(request)


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The zone that the reader chose; None for none, or one that this machine no longer knows."""
    if not request.user.is_authenticated or not request.user.time_zone:
        return None
    try:
        return ZoneInfo(request.user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
