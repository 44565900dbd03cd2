"""Rate limits on what changes something, counted in Django's cache; how many, and of what, stands in `limits.py`.

The middleware counts every request that isn't a GET or HEAD, by the name of its address (`LIMIT_OF`, else `act`),
and answers 429 with Retry-After: a page that keeps what was typed, or a line for htmx. Code of another kind of
interface needs no page: `take("api", f"token:{token.pk}")` counts, and raises RateExceeded, which carries `limit` and
`retry_after` in whole seconds; `holder(request)` is who asks. Raised in a view, the middleware makes the 429 of it.

Time is cut into windows, each with its own count. Libraries such as `limits` know finer strategies, but neither the
cache in a folder nor Django's connection to Redis; one atomic number needs none of them. A cache that is out of reach
lets everything pass: a site that answers nobody is the larger harm.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from studyhub.clients import client_network
from studyhub.limits import Limit

logger = logging.getLogger(__name__)

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
# What counts its own requests, by token.
OWN_LIMITS = "/api/"
LIMIT_OF = {
    "submissions:new": "upload",
    "submissions:comment": "comment",
    "groups:work_comment": "comment",
    "propose": "proposal",
    "groups:send_invitations": "invitation",
    "groups:message": "message",
    "webhooks:ping": "webhook",
    "webhooks:retry": "webhook",
    "lti:login": "launch",
    "lti:launch": "launch",
    "lti:deep_link": "launch",
    "lti:choose": "launch",
    "groups:join": "join",
    "quizzes:answer": "answer",
    "quizzes:try": "answer",
    "learning:answer": "answer",
    "learning:rate": "answer",
    "quizzes:attempt": "draft",
    "quizzes:draft": "draft",
    "learning:draft": "draft",
}


class RateExceeded(Exception):
    """Somebody did too much in too short a time; `retry_after` are the whole seconds until they may go on."""

    def __init__(self, limit: Limit, retry_after: int) -> None:
        told = {"most": limit.most, "things": _(limit.of), "time": in_words(limit.seconds)}
        super().__init__(_("At most %(most)s %(things)s in %(time)s.") % told)
        self.limit, self.retry_after = limit, retry_after


def holder(request: HttpRequest) -> str:
    """Whose count it is: the person's who is signed in, else that of the address."""
    return f"user:{request.user.pk}" if request.user.is_authenticated else f"address:{client_network(request)}"


def take(name: str, who: str, *, cost: int = 1) -> None:
    """Count `cost` on the limit `name` for `who`. Raises RateExceeded where that is more than it allows."""
    limit: Limit = settings.RATE_LIMITS[name]
    if not limit.most:
        return
    now = time.time()
    window = int(now // limit.seconds)
    key = f"rate:{name}:{who}:{window}"
    try:
        # It outlives its window, so that it can't expire between the two: incr would leave a number without an end.
        cache.add(key, 0, 2 * limit.seconds)
        used = cache.incr(key, cost)
    except (RedisError, OSError, ValueError):
        logger.exception("The cache can't be reached: nothing is counted")
        return
    if used > limit.most:
        raise RateExceeded(limit, max(1, math.ceil((window + 1) * limit.seconds - now)))


class RateLimitMiddleware:
    """Counts whatever changes something before its view is called, and answers where it was too much."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Called by Django once the address is known, after the check of the form's token."""
        if request.method in SAFE or request.path_info.startswith(OWN_LIMITS):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        try:
            take(LIMIT_OF.get(name, "act"), holder(request))
        except RateExceeded as exceeded:
            return too_many(request, exceeded)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called by Django where a view raised."""
        return too_many(request, exception) if isinstance(exception, RateExceeded) else None


def too_many(request: HttpRequest, exceeded: RateExceeded | None = None) -> HttpResponse:
    """The answer 429: says when to try again, and keeps what was typed. allauth, which calls it too, says no time."""
    again = in_words(exceeded.retry_after) if exceeded else ""
    context = {"limit": str(exceeded) if exceeded else "", "again": again, "path": request.get_full_path()}
    htmx = getattr(request, "htmx", None)
    if htmx and not htmx.boosted:
        # The form is still there, with all that was typed: one line above it is enough.
        response = render(request, "components/too_many.html", context, status=429)
        response["HX-Retarget"], response["HX-Reswap"] = "#messages", "innerHTML show:top"
    else:
        response = render(request, "429.html", context | {"typed": typed(request)}, status=429)
    if exceeded:
        response["Retry-After"] = str(exceeded.retry_after)
    response["Cache-Control"] = "no-store"
    return response


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form, to be sent once more; none where a file or a password was among them."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return []
    if any("password" in name for name in request.POST):
        return []
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    mine = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    return [*mine, ("csrfmiddlewaretoken", get_token(request))]


def in_words(seconds: int) -> str:
    """A time as somebody says it: 40 seconds, 7 minutes, an hour."""
    if seconds >= 3600:
        hours = math.ceil(seconds / 3600)
        return ngettext("an hour", "%(n)s hours", hours) % {"n": hours}
    if seconds > 60:
        minutes = math.ceil(seconds / 60)
        return ngettext("a minute", "%(n)s minutes", minutes) % {"n": minutes}
    return ngettext("a second", "%(n)s seconds", seconds) % {"n": seconds}
