"""Pages of the dashboard: for leads, and read only."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .access import get_leadership, get_member
from .dashboard.board import Board
from .dashboard.check_page import CheckPage
from .dashboard.files import FORMATS, export_of
from .dashboard.heat import Wanted, number
from .dashboard.item_page import ItemPage
from .dashboard.member_page import MemberPage
from .dashboard.understanding import Understanding
from .models import Assignment, Membership


@login_required
@require_safe
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    """Who needs help, and where everybody stands."""
    membership = get_leadership(request.user, slug)
    board = Board(membership, Wanted.read(request.GET), every_stuck=request.GET.get("stuck") == "all")
    context = {"group": membership.group, "membership": membership, "board": board}
    return render(request, "groups/dashboard.html", context)


@login_required
@require_safe
def export(request: HttpRequest, slug: str, table: str, form: str) -> HttpResponse:
    """The heat-map or the list of who needs help, with the page's filters, all rows of it."""
    membership = get_leadership(request.user, slug)
    if form not in FORMATS:
        raise Http404("There is no such export.")
    found = export_of(membership, table, request.GET)
    name = f"{found.name}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(found.content(form), content_type=FORMATS[form], headers=headers)


@login_required
@require_safe
def concepts(request: HttpRequest, slug: str) -> HttpResponse:
    """Which concepts the group has understood; the dashboard asks for the table alone."""
    membership = get_leadership(request.user, slug)
    view = Understanding(membership, Wanted.read(request.GET))
    context = {"group": membership.group, "membership": membership, "view": view}
    is_part = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    return render(request, "groups/_concepts.html" if is_part else "groups/concepts.html", context)


@login_required
@require_safe
def member(request: HttpRequest, slug: str, user_id: int) -> HttpResponse:
    """One member: what they did for the group, and what leads did about it."""
    membership = get_leadership(request.user, slug)
    view = MemberPage(membership, get_member(membership, user_id))
    return render(request, "groups/member.html", {"group": membership.group, "membership": membership, "view": view})


@login_required
@require_safe
def item(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One item: how everybody did."""
    membership = get_leadership(request.user, slug)
    view = ItemPage(membership, _assignment(membership, pk))
    return render(request, "groups/item.html", {"group": membership.group, "membership": membership, "view": view})


@login_required
@require_safe
def check(request: HttpRequest, slug: str, pk: int, check: str) -> HttpResponse:
    """One check of an exercise: who fails it, and some of their code."""
    membership = get_leadership(request.user, slug)
    view = CheckPage(membership, _assignment(membership, pk), check, number(request.GET.get("from", "")) or 0)
    return render(request, "groups/check.html", {"group": membership.group, "membership": membership, "view": view})


def _assignment(membership: Membership, pk: int) -> Assignment:
    found: Assignment = get_object_or_404(
        Assignment.objects.with_items().select_related("exercise__current_version__exercise"),
        group=membership.group,
        pk=pk,
    )
    return found
