"""Pages show times by the reader's clock; sessions say when they were used last; forms lead out by a page of ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialApp
from allauth.usersessions.models import UserSession
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.accounts.zones import is_zone

Answer = Callable[[HttpRequest], HttpResponse]
# In the session itself: when the list of sessions was told of it. Only one that was begun by signing in has it.
SEEN = "seen_at"
SEEN_EVERY_S = 600
ELSEWHERE = {"github_login", "google_login", "openid_connect_login"}


class ZoneMiddleware:
    """For each request the time zone that its reader chose; without one the site's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        chosen = request.user.time_zone if request.user.is_authenticated else ""
        with timezone.override(chosen if is_zone(chosen) else None):
            return self.get_response(request)


class SessionMiddleware:
    """Writes down now and then that a session is used; allauth's own would write with each request."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        seen = request.session.get(SEEN) if request.user.is_authenticated else None
        if seen is not None and time.time() - seen > SEEN_EVERY_S:
            request.session[SEEN] = int(time.time())
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


class LeavingMiddleware:
    """Who signs in elsewhere goes there from a page, not straight from the form.

    Browsers hold forms to the policy's `form-action` through every address that they are sent on to, and providers
    send people on to further hosts, which nobody can list.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        response = self.get_response(request)
        match = request.resolver_match
        if not match or match.view_name not in ELSEWHERE or response.status_code != 302:
            return response
        target = urlsplit(response["Location"])
        if not target.netloc or target.netloc == request.get_host():
            return response
        page = render(request, "socialaccount/leaving.html", {"target": response["Location"], "host": target.netloc})
        page["Cache-Control"] = "no-store"
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Called by Django where a view raised. Raises Http404 for a provider that this site has not."""
        if isinstance(exception, SocialApp.DoesNotExist):
            raise Http404
