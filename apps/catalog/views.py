"""The pages of the catalogue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What StudyHub is, and where to begin."""
    return render(request, "catalog/home.html")
