"""Regrades for the leads of a group."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.submissions.models import Regrade, Run
from apps.submissions.regrade_forms import RegradeForm
from apps.submissions.regrade_page import Links, RegradePage, listed
from apps.submissions.regrade_views import decided, progress_of
from apps.submissions.services.regrading import RegradeRefused

from .access import check_open, get_leadership
from .models import Membership
from .services import regrades as services


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def regrades(request: HttpRequest, slug: str) -> HttpResponse:
    """The group's regrades, and the form that begins another."""
    membership = get_leadership(request.user, slug)
    group, links = membership.group, Links("groups", slug)
    assigned = group.assignments.filter(exercise__isnull=False).values("exercise")
    mine = Run.objects.outdated().filter(submission__user__in=services.member_keys(group))
    form = RegradeForm(request.POST or None, runs=mine.filter(submission__exercise__in=assigned))
    if request.method == "POST":
        check_open(group)
        if form.is_valid():
            try:
                begun = services.start(by=request.user, group=group, **form.cleaned_data)
                return redirect(links.to("regrade", begun))
            except RegradeRefused as refusal:
                form.add_error(None, str(refusal))
    found = Regrade.objects.filter(of_group__group=group, exercise__in=assigned).select_related("exercise", "by")
    context = {"group": group, "membership": membership, "form": form, "links": links}
    context["regrades"] = listed(list(found), links)
    return render(request, "groups/regrades.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def regrade(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What a regrade would change for the members, or has changed."""
    membership = get_leadership(request.user, slug)
    page = _page(request, membership, pk)
    return render(request, "groups/regrade.html", {"group": membership.group, "membership": membership, "view": page})


@login_required
@require_safe
def progress(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How far it is; the last answer ends the polling."""
    return progress_of(request, _page(request, get_leadership(request.user, slug), pk))


@login_required
@require_POST
def apply(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let it count for those who are in the group now."""
    return _decide(request, slug, pk, discard=False)


@login_required
@require_POST
def discard(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let it come to nothing."""
    return _decide(request, slug, pk, discard=True)


def _decide(request: HttpRequest, slug: str, pk: int, *, discard: bool) -> HttpResponse:
    membership = get_leadership(request.user, slug)
    found = _get_regrade(membership, pk)
    check_open(membership.group)
    with transaction.atomic():
        services.leave_out_who_left(found, membership.group)
        return decided(request, found, Links("groups", slug), discard=discard)


def _page(request: HttpRequest, membership: Membership, pk: int) -> RegradePage:
    return RegradePage(
        _get_regrade(membership, pk),
        Links("groups", membership.group.slug),
        show=request.GET.get("show", ""),
        page=request.GET.get("page", ""),
        users=services.member_keys(membership.group),
    )


def _get_regrade(membership: Membership, pk: int) -> Regrade:
    """Of this group, and of an exercise that it is assigned. Raises Http404."""
    assigned = membership.group.assignments.filter(exercise__isnull=False).values("exercise")
    found = Regrade.objects.filter(of_group__group=membership.group, exercise__in=assigned)
    return get_object_or_404(found.select_related("exercise__section__track", "version", "by"), pk=pk)
