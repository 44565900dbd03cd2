"""The page about the API, and what is said at addresses where there is nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from . import docs as described
from . import problems


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


@csrf_exempt
def unknown(request: HttpRequest, **rest: Any) -> HttpResponse:
    """Nothing is here."""
    return problems.respond(request, "not-found")
