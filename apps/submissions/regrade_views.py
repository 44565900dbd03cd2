"""Regrades for staff: of all hand-ins of an exercise. A group's leads have pages of their own."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseStopPolling

from .models import Regrade, Run
from .regrade_forms import RegradeForm
from .regrade_page import Links, RegradePage, listed
from .services import regrading

LINKS = Links("submissions")
SHOWN = 50
TOO_LATE = _("Nothing was done: it is not, or no longer, ready for that.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def regrades(request: HttpRequest) -> HttpResponse:
    """All regrades, and the form that begins another."""
    _staff_only(request)
    form = RegradeForm(request.POST or None, runs=Run.objects.outdated())
    if request.method == "POST" and form.is_valid():
        exercise, reason = form.cleaned_data["exercise"], form.cleaned_data["reason"]
        try:
            return redirect(
                regrading.start(by=request.user, exercise=exercise, version=exercise.current_version, reason=reason)
            )
        except regrading.RegradeRefused as refusal:
            form.add_error(None, str(refusal))
    found = Regrade.objects.select_related("exercise", "by")[:SHOWN]
    context = {"form": form, "regrades": listed(list(found), LINKS), "links": LINKS}
    return render(request, "submissions/regrades.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def regrade(request: HttpRequest, pk: int) -> HttpResponse:
    """What a regrade would change, or has changed."""
    found = _get_regrade(request, pk)
    page = RegradePage(found, LINKS, show=request.GET.get("show", ""), page=request.GET.get("page", ""))
    return render(request, "submissions/regrade.html", {"view": page})


@login_required
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; the last answer ends the polling."""
    return progress_of(request, RegradePage(_get_regrade(request, pk), LINKS))


@login_required
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it count."""
    return decided(request, _get_regrade(request, pk), LINKS, discard=False)


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it come to nothing."""
    return decided(request, _get_regrade(request, pk), LINKS, discard=True)


def progress_of(request: HttpRequest, page: RegradePage) -> HttpResponse:
    """The part of the page that polls; once nothing moves any more it ends that and has the page loaded again."""
    response = render(request, "submissions/_regrade_progress.html", {"view": page})
    if page.is_moving:
        return response
    ended = HttpResponseStopPolling(response.content)
    ended["HX-Refresh"] = "true"
    return ended


def decided(request: HttpRequest, found: Regrade, links: Links, *, discard: bool) -> HttpResponse:
    """What somebody who may decide decided on."""
    if discard:
        done = regrading.discard(regrade=found, by=request.user)
    else:
        keep_higher = request.POST.get("how") == "keep-higher"
        done = regrading.apply(regrade=found, by=request.user, keep_higher=keep_higher)
    if not done:
        messages.warning(request, TOO_LATE)
    return redirect(links.to("regrade", found))


def _get_regrade(request: HttpRequest, pk: int) -> Regrade:
    _staff_only(request)
    return get_object_or_404(Regrade.objects.select_related("exercise__section__track", "version", "by"), pk=pk)


def _staff_only(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise PermissionDenied
