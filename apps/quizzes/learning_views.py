"""The map of a track."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from apps.catalog.models import Track
from apps.quizzes.standing import TrackMap


@require_safe
def track_map(request: HttpRequest, slug: str) -> HttpResponse:
    """The concepts of a track, what builds on what, and how well the reader knows each."""
    track = get_object_or_404(Track.objects.current(), slug=slug)
    return render(request, "learning/map.html", {"track": track, "map": TrackMap(track, request.user)})
