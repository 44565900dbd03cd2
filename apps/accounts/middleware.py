"""Pages speak the reader's language and keep the reader's clock; sessions say when they were used last.

Forms that lead to another site lead there by a page of ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialApp
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from apps.accounts.zones import is_zone

Answer = Callable[[HttpRequest], HttpResponse]
# In the session itself: when the list of sessions was told of it. Only one that was begun by signing in has it.
SEEN = "seen_at"
SEEN_EVERY_S = 600
ELSEWHERE = {"github_login", "google_login", "openid_connect_login"}


class ReaderMiddleware:
    """For each request the language and the time zone that its reader chose.

    Without a choice in the profile the language is the one chosen in this browser, else the browser's; the time zone is
    the site's.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        zone, language = "", ""
        if request.user.is_authenticated:
            zone, language = request.user.time_zone, request.user.language
        if language not in dict(settings.LANGUAGES):
            language = translation.get_language_from_request(request)
        request.LANGUAGE_CODE = language
        with timezone.override(zone if is_zone(zone) else None), translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


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
