"""How large a request may be, decided by what it announces: nothing of a body that is too large is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from studyhub.problem_details import BEFORE, is_of_program, problem
from studyhub.ratelimits import SAFE

MB = 1024 * 1024
# Who hasn't signed in sends an address and a password, or a choice of colours.
ANONYMOUS_BYTES = 64 * 1024
# By their names in the table of addresses: what takes a notebook.
UPLOADS = {"submissions:new", "api:calls:submit"}


class BodyLimitMiddleware:
    """Refuses by the header Content-Length, 413, and 411 what has none: Django would read nothing of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django for each request."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Called by Django before anything reads the body, the check of a form's token included."""
        if request.method in SAFE:
            return None
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            return refuse(
                request, "no-length", _("This site needs to know beforehand how much comes: send a Content-Length.")
            )
        most = most_bytes(request)
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            size = f"{most // MB} MB" if most >= MB else f"{most // 1024} kB"
            return refuse(
                request, "too-large", _("This is more than can be sent here: at most %(size)s.") % {"size": size}
            )
        return None


def most_bytes(request: HttpRequest) -> int:
    """How large the body may be: a notebook and the form around it, or a form."""
    if not is_of_program(request) and not request.user.is_authenticated:
        return ANONYMOUS_BYTES
    around = settings.UPLOAD_LIMIT_MB * MB if is_upload(request) else 0
    return around + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def is_upload(request: HttpRequest) -> bool:
    """Whether a notebook is taken here."""
    return bool(request.resolver_match and request.resolver_match.view_name in UPLOADS)


def refuse(request: HttpRequest, id: str, why: str) -> HttpResponse:
    """The answer: a page, or for programs problem details, which say what to do as well."""
    kind = BEFORE[id]
    if is_of_program(request):
        return problem(request, id, kind, f"{why} {kind.advice}" if id == "too-large" else "")
    notebook = id == "too-large" and is_upload(request)
    context = {"why": why, "status": int(kind.status), "path": request.get_full_path(), "notebook": notebook}
    return render(request, "413.html", context, status=kind.status)
