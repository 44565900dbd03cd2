"""Each request has an id, one line in the log, and its place in the figures. None of them holds what is secret."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess
from structlog.contextvars import clear_contextvars

from studyhub import logs

logger = logging.getLogger(__name__)
HEADER = "X-Request-ID"
GIVEN_ID = re.compile(r"[0-9A-Za-z-]{8,64}\Z")
# Parts of an address by which something is known. Any other is not shown: it may be all that somebody needs to come in.
SHOWN_PARTS = {
    *("pk", "slug", "user_id", "object_id", "one", "other"),
    *("track", "exercise", "question", "check", "name", "table", "form"),
}


# Under gunicorn these lie in files that all its processes share (studyhub/webserver.py); elsewhere in this process.
REGISTRY = CollectorRegistry()
ANSWERED = Counter("studyhub_requests", "Requests that were answered.", ["view", "method", "status"], registry=REGISTRY)
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SECONDS = Histogram("studyhub_request_seconds", "How long that took.", ["view"], buckets=BUCKETS, registry=REGISTRY)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestMiddleware:
    """Stands before whatever may refuse a request, so that a refusal is in the log too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        clear_contextvars()
        request_id = request_id_of(request)
        logs.bind(request_id=request_id)
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        _say(request, response.status_code, seconds)
        method = request.method if request.method in METHODS else "other"
        ANSWERED.labels(view_of(request), method, response.status_code).inc()
        SECONDS.labels(view_of(request)).observe(seconds)
        response.headers[HEADER] = request_id
        clear_contextvars()
        return response


def figures() -> CollectorRegistry:
    """The requests of this server: of all its processes, where there are several."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return REGISTRY
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared, path=folder)  # type: ignore[no-untyped-call]
    return shared


def request_id_of(request: HttpRequest) -> str:
    """The id that a proxy of ours gave the request, else a new one."""
    given = request.headers.get(HEADER, "") if getattr(settings, "TRUSTED_PROXIES", 0) else ""
    return given if GIVEN_ID.match(given) else uuid.uuid4().hex


def view_of(request: HttpRequest) -> str:
    """The name of the address in the site's table, such as `submissions:detail`; `none` where there is no such page."""
    match = request.resolver_match
    return (match.view_name or "unnamed") if match else "none"


def shown_path(request: HttpRequest) -> str:
    """The path without what stands in it as a secret: neither query nor tokens; `…` where there is no such page."""
    if request.resolver_match is None:
        return "…"
    path = request.path
    for name, value in request.resolver_match.captured_kwargs.items():
        if name not in SHOWN_PARTS:
            path = path.replace(str(value), "…")
    return path


@receiver(got_request_exception)
def keep_exception(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Called by Django for what no view caught: it is logged with the request's line."""
    if request is not None:
        request.studyhub_failure = sys.exc_info()  # type: ignore[attr-defined]


def _say(request: HttpRequest, status: int, seconds: float) -> None:
    # Only where somebody has asked who it is: the log is no reason to read a session.
    user = getattr(request, "_cached_user", None)
    told = {
        "method": request.method,
        "path": shown_path(request),
        "view": view_of(request),
        "status": status,
        "ms": round(seconds * 1000),
        "user_id": user.pk if user else None,
    }
    told = {name: value for name, value in told.items() if value is not None}
    failure = getattr(request, "studyhub_failure", None)
    level = logging.ERROR if status >= 500 else logging.INFO
    logger.log(level, "Failed" if failure else "Answered", extra=told, exc_info=failure)
