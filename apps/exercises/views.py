"""Pages of the exercises."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def exercise_list(request: HttpRequest) -> HttpResponse:
    """All exercises."""
    return HttpResponse()


def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One exercise."""
    return HttpResponse()


def starter(request: HttpRequest, slug: str) -> HttpResponse:
    """The starter as a zip."""
    return HttpResponse()
