"""What the reader was told, how they want to be told, and what others did with their work."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.forms import ChoicesForm
from apps.accounts.kinds import KINDS, label_of
from apps.accounts.mails import read_stop
from apps.accounts.models import AuditEntry, Mail
from apps.accounts.notifications import choices_of, choose, of_kind, read, read_all, stop_mail, unread_again

PER_PAGE = 30
MAILS_SHOWN = 50


@login_required
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """All of them, or those of one kind: the unread ones first, each part the latest first."""
    kind = _kind(request.GET.get("kind", ""))
    rows = of_kind(request.user, kind).order_by(F("read_at").asc(nulls_first=True), "-at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    latest = max((one.pk for one in page), default=0)
    query = f"kind={kind}&" if kind else ""
    context = {"page": page, "latest": latest, "kinds": KINDS.values(), "kind": kind, "query": query}
    return render(request, "accounts/notifications.html", context)


@login_required
@require_POST
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read, and go to what it is about. A POST: looking ahead at links must not read them."""
    found = read(request.user, pk)
    if found is None:
        raise Http404("There is no such notification.")
    if found.url and url_has_allowed_host_and_scheme(found.url, None):
        return redirect(found.url)
    return _back(request)


@login_required
@require_POST
def mark_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read, or as not read, and stay."""
    mark = unread_again if request.POST.get("as") == "unread" else read
    if not mark(request.user, pk):
        raise Http404("There is no such notification.")
    return _back(request)


@login_required
@require_POST
def read_notifications(request: HttpRequest) -> HttpResponse:
    """Mark all as read that the reader saw: what came meanwhile stays."""
    up_to = request.POST.get("up_to", "")
    if up_to.isdecimal():
        read_all(request.user, int(up_to[:18]), _kind(request.POST.get("kind", "")))
        messages.success(request, _("All read."))
    return _back(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notification_choices(request: HttpRequest) -> HttpResponse:
    """Of what the reader is told, and how."""
    form = ChoicesForm(request.POST if request.method == "POST" else None, initial=choices_of(request.user))
    if request.method == "POST" and form.is_valid():
        choose(request.user, form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("notification_choices")
    rows = [(kind, form[kind.name]) for kind in KINDS.values()]
    context = {"form": form, "rows": rows}
    return render(request, "accounts/choices.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The latest mails to the reader, and what became of each."""
    rows = Mail.objects.filter(user=request.user).defer("text", "html")[:MAILS_SHOWN]
    return render(request, "accounts/mails.html", {"mails": rows})


# The reader's mail program sends the POST (RFC 8058) and has no cookie: the signature in the address stands for it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more mail of one kind. To look at the page changes nothing."""
    found = read_stop(token)
    if found is None:
        return render(request, "accounts/stop.html", {"unknown": True}, status=404)
    user, kind = found
    if request.method == "POST":
        stop_mail(user, kind)
    context = {"reader": user, "label": label_of(kind), "stopped": request.method == "POST"}
    return render(request, "accounts/stop.html", context)


@login_required
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """What leads and operators did with the reader's work."""
    rows = AuditEntry.objects.filter(subject=request.user).select_related("actor")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/audit.html", {"page": page})


def _kind(name: str) -> str:
    return name if name in KINDS else ""


def _back(request: HttpRequest) -> HttpResponse:
    """To the page of notifications, of the kind that was looked at."""
    kind = _kind(request.POST.get("kind", ""))
    return redirect(reverse("notifications") + (f"?kind={kind}" if kind else ""))
