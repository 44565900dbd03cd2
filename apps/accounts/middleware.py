"""Pages show times by the reader's clock."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.accounts.zones import is_zone


class ZoneMiddleware:
    """For each request the time zone that its reader chose; without one the site's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        chosen = request.user.time_zone if request.user.is_authenticated else ""
        with timezone.override(chosen if is_zone(chosen) else None):
            return self.get_response(request)
