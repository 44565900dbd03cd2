"""Pages of what a learner knows: the map of a track, and reviews."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.catalog.models import Track
from apps.quizzes import services
from apps.quizzes.models import Card
from apps.quizzes.review_page import ReviewPage
from apps.quizzes.standing import TrackMap


@require_safe
def track_map(request: HttpRequest, slug: str) -> HttpResponse:
    """The concepts of a track, what builds on what, and how well the reader knows each."""
    track = get_object_or_404(Track.objects.current(), slug=slug)
    return render(request, "learning/map.html", {"track": track, "map": TrackMap(track, request.user)})


@login_required
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """What is due, what is coming, how much is kept."""
    return render(request, "learning/reviews.html", {"view": ReviewPage(request.user)})


@login_required
@require_POST
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a card aside (`suspended=1`), or take it up again."""
    card = get_object_or_404(Card.objects.of(request.user), pk=pk)
    services.suspend(card=card, suspended=request.POST.get("suspended") == "1")
    return redirect("learning:reviews")
