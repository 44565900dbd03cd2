"""For leads: what hand-ins of members have in common."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .access import get_leadership
from .models import Assignment, Membership
from .similar_page import SideBySide, SimilarPage


@login_required
@require_safe
def similar(request: HttpRequest, slug: str, exercise: str) -> HttpResponse:
    """Pairs of hand-ins with much in common: a hint."""
    membership = get_leadership(request.user, slug)
    context = {"group": membership.group, "membership": membership, "view": _page(membership, exercise)}
    return render(request, "groups/similar.html", context)


@login_required
@require_safe
def side_by_side(request: HttpRequest, slug: str, exercise: str, one: UUID, other: UUID) -> HttpResponse:
    """Two notebooks beside each other, cell by cell."""
    membership = get_leadership(request.user, slug)
    page = _page(membership, exercise)
    context = {"group": membership.group, "membership": membership, "view": page, "two": SideBySide(page, one, other)}
    return render(request, "groups/side_by_side.html", context)


def _page(membership: Membership, exercise: str) -> SimilarPage:
    """Of an exercise that the group is assigned. Raises Http404."""
    assignments = Assignment.objects.select_related("exercise__section__track")
    found = get_object_or_404(assignments, group=membership.group, exercise__slug=exercise)
    return SimilarPage(membership.group, found)
