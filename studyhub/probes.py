"""What machines ask a web process: whether it answers, whether it is ready, its figures.

They come from inside, by plain HTTP and under an address of this machine: the move to HTTPS and the check of the host's
name, which protect the site's pages, are not for them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST

from studyhub import alive
from studyhub.readiness import GOOD, readiness


class ProbeMiddleware:
    """Stands first of all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        answer = ANSWERS.get(request.path_info) if request.method in {"GET", "HEAD"} else None
        response = answer(request) if answer else None
        if response is None:
            return self.get_response(request)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked: a database that is away is no reason to end it."""
    return _text("ok")


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether to send people here, with a line for each part.

    503 where one of STUDYHUB_READY_NEEDS fails, and while the server is about to be ended. What fails and is not
    needed is told all the same.
    """
    found = readiness.find()
    draining = alive.drain_mark().exists()
    ready = not draining and all(found[name] == GOOD for name in settings.READY_NEEDS)
    lines = [f"{name}: {word}" for name, word in found.items()] + (["draining"] if draining else [])
    return _text("\n".join(lines), status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse | None:
    """The figures for whoever has STUDYHUB_METRICS_TOKEN; None for others: staff see them as a page of the site."""
    if not shows_token(request):
        return None
    from apps.submissions.metrics import exposition

    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def shows_token(request: HttpRequest) -> bool:
    """Whether the request brings the token that Prometheus was given."""
    given = request.headers.get("Authorization", "").encode()
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}".encode())


def _text(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse | None]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}
