"""Pages of a group's webhooks, for its leads; and what receivers need to know, for everybody."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.groups.access import check_open, get_leadership
from apps.groups.models import Membership

from . import services
from .catalogue import KINDS, LABELS, PING_KIND, VERSION
from .forms import EndpointForm
from .models import Delivery, Endpoint

PER_PAGE = 20
AT = "2026-12-02T18:00:00+00:00"  # when the examples happened


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """What is sent, with an example of each, and how a receiver checks the signature."""
    shown = []
    for kind in (*KINDS.values(), PING_KIND):
        example = {"type": kind.name, "version": VERSION, "timestamp": AT, "data": kind.example}
        shown.append((kind, str(kind.when), json.dumps(example, indent=2)))
    return render(request, "webhooks/guide.html", {"kinds": shown})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def endpoints(request: HttpRequest, slug: str) -> HttpResponse:
    """A group's webhooks, and a new one: its secret is on the page that answers the form and nowhere else."""
    membership = get_leadership(request.user, slug)
    group = membership.group
    form, made = EndpointForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST":
        check_open(group)
        if form.is_valid():
            try:
                made = services.add(by=request.user, group=group, **form.cleaned_data)
                form = EndpointForm()
            except services.EndpointRefused as refusal:
                form.add_error(None, str(refusal))
    context = _context(membership) | {
        "form": form,
        "made": made,
        "secret": made.secret if made else "",
        "endpoints": [(one, _labels(one)) for one in group.webhooks.all()],
    }
    return render(request, "webhooks/endpoints.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One of them: what it is sent, what was sent, and how that was answered."""
    membership, found = _find(request, slug, pk, changes=request.method == "POST")
    initial = {"url": found.url, "events": found.events}
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change(endpoint=found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(found)
    return _endpoint_page(request, membership, found, form=form, status=422 if form.errors else 200)


@never_cache
@login_required
@require_POST
def rotate(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A new secret, on the page that answers and nowhere else."""
    membership, found = _find(request, slug, pk, changes=True)
    secret = services.rotate(endpoint=found)
    found.refresh_from_db()
    form = EndpointForm(initial={"url": found.url, "events": found.events})
    return _endpoint_page(request, membership, found, form=form, secret=secret)


@login_required
@require_POST
def ping(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Send a test, and show how it goes."""
    _membership, found = _find(request, slug, pk, changes=True)
    try:
        return redirect(services.ping(endpoint=found))
    except services.EndpointRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(found)


@login_required
@require_POST
def switch(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Off, or on again."""
    _membership, found = _find(request, slug, pk, changes=True)
    if request.POST.get("to") == "on":
        services.switch_on(endpoint=found)
        messages.success(request, _("Switched on. What happens from now on is sent."))
    else:
        services.switch_off(endpoint=found)
        messages.success(request, _("Switched off. Nothing is sent there until you switch it on again."))
    return redirect(found)


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The end of one, with all that was sent to it."""
    _membership, found = _find(request, slug, pk, changes=True)
    found.delete()
    messages.success(request, _("Removed."))
    return redirect("webhooks:endpoints", slug)


@never_cache
@login_required
@require_safe
def delivery(request: HttpRequest, slug: str, pk: int, delivery: int) -> HttpResponse:
    """One message: what was sent, and how each try was answered."""
    membership, found = _find(request, slug, pk)
    one = _delivery(found, delivery)
    context = _context(membership) | {
        "endpoint": found,
        "delivery": one,
        "label": LABELS.get(one.kind, one.kind),
        "body": json.dumps(json.loads(one.body), indent=2, ensure_ascii=False),
        "attempts": one.attempts.all(),
    }
    return render(request, "webhooks/delivery.html", context)


@login_required
@require_POST
def retry(request: HttpRequest, slug: str, pk: int, delivery: int) -> HttpResponse:
    """Send it again."""
    _membership, found = _find(request, slug, pk, changes=True)
    one = _delivery(found, delivery)
    try:
        if not services.retry(delivery=one):
            messages.info(request, _("It is being sent right now."))
    except services.EndpointRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(one)


def _find(request: HttpRequest, slug: str, pk: int, *, changes: bool = False) -> tuple[Membership, Endpoint]:
    """Raises Http404 for a stranger and for another group's, PermissionDenied for a member or an archived group."""
    membership = get_leadership(request.user, slug)
    if changes:
        check_open(membership.group)
    found = Endpoint.objects.filter(group=membership.group, pk=pk).first()
    if found is None:
        raise Http404("There is no such webhook.")
    found.group = membership.group
    return membership, found


def _delivery(found: Endpoint, pk: int) -> Delivery:
    one: Delivery | None = Delivery.objects.filter(endpoint=found, pk=pk).first()
    if one is None:
        raise Http404("There is no such message.")
    one.endpoint = found
    return one


def _endpoint_page(
    request: HttpRequest,
    membership: Membership,
    found: Endpoint,
    *,
    form: EndpointForm,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    page = Paginator(found.deliveries.defer("body"), PER_PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.endpoint = found
    now = timezone.now()
    context = _context(membership) | {
        "endpoint": found,
        "form": form,
        "secret": secret,
        "both_until": found.old_secret_until if len(found.signing_secrets(now)) > 1 else None,
        "page": page,
        "rows": [(one, LABELS.get(one.kind, one.kind)) for one in page],
    }
    return render(request, "webhooks/endpoint.html", context, status=status)


def _labels(endpoint: Endpoint) -> list[str]:
    return [str(KINDS[name].label) for name in endpoint.events if name in KINDS]


def _context(membership: Membership) -> dict[str, Any]:
    return {"group": membership.group, "membership": membership}
