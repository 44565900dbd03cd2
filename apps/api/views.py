"""The page about the API, and what is said at addresses where there is nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from . import docs as described
from . import problems
from .conditional import with_etag

UPLOADER = Path(__file__).with_name("submit.py")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every call, with what it takes, what it answers, and how to make it with curl and in Python."""
    context = {
        "base": request.build_absolute_uri("/").rstrip("/"),
        "sections": described.sections(request.build_absolute_uri("/").rstrip("/")),
        "scopes": described.scopes(),
        "problems": described.problems(),
    }
    return render(request, "api/docs.html", context)


@require_safe
def submit_file(request: HttpRequest) -> HttpResponse:
    """The file that hands in from anywhere, with the address of this site in it."""
    text = UPLOADER.read_text(encoding="utf-8").replace('SITE = ""', f"SITE = {settings.SITE_URL.rstrip('/')!r}", 1)
    response = with_etag(request, HttpResponse(text, content_type="text/x-python; charset=utf-8"))
    response["Content-Disposition"] = 'attachment; filename="submit.py"'
    return response


@csrf_exempt
def unknown(request: HttpRequest, **rest: Any) -> HttpResponse:
    """Nothing is here."""
    return problems.respond(request, "not-found")
