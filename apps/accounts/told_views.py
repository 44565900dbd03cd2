"""What the reader was told, and what others did with their work."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import AuditEntry, Notification
from apps.accounts.notifications import read, read_all

PER_PAGE = 30


@login_required
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """All of them: the unread ones first, each part the latest first."""
    mine = Notification.objects.filter(user=request.user)
    rows = mine.order_by(F("read_at").asc(nulls_first=True), "-at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    latest = max((one.pk for one in page), default=0)
    return render(request, "accounts/notifications.html", {"page": page, "latest": latest})


@login_required
@require_POST
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read, and go to what it is about. A POST: looking ahead at links must not read them."""
    found = read(request.user, pk)
    if found is None:
        raise Http404("There is no such notification.")
    if found.url and url_has_allowed_host_and_scheme(found.url, None):
        return redirect(found.url)
    return redirect("notifications")


@login_required
@require_POST
def read_notifications(request: HttpRequest) -> HttpResponse:
    """Mark all as read that the reader saw: what came meanwhile stays."""
    up_to = request.POST.get("up_to", "")
    if up_to.isdecimal():
        read_all(request.user, int(up_to[:18]))
        messages.success(request, "All read.")
    return redirect("notifications")


@login_required
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """What leads and operators did with the reader's work."""
    rows = AuditEntry.objects.filter(subject=request.user).select_related("actor")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/audit.html", {"page": page})
