"""Pages about the account itself that django-allauth has not, or not so: sessions, everybody's own data, leaving."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import leaving, packing, sessions
from apps.accounts.models import DataExport
from apps.accounts.proof import ask, proof_required


@login_required
@require_http_methods(["GET", "POST"])
def all_sessions(request: HttpRequest) -> HttpResponse:
    """Where the reader is signed in; by a form all others end."""
    if request.method == "POST":
        ended = sessions.end(request.user, but=request.session.session_key or "")
        messages.success(
            request, _("You are signed out everywhere else.") if ended else _("There was no other session.")
        )
        return redirect("usersessions_list")
    found = sessions.of(request.user, current=request.session.session_key or "")
    return render(request, "accounts/sessions.html", {"sessions": found, "others": len(found) > 1})


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the reader's own."""
    row = get_object_or_404(UserSession, pk=pk, user=request.user)
    if row.session_key == request.session.session_key:
        logout(request)
        return redirect("home")
    row.end()
    messages.success(request, _("That session has ended."))
    return redirect("usersessions_list")


@login_required
@require_safe
def your_data(request: HttpRequest) -> HttpResponse:
    """What can be had of the reader's data, and how they leave."""
    export = DataExport.objects.filter(user=request.user).first()
    return render(request, "accounts/data.html", {"export": export, "days": leaving.DAYS})


@login_required
@require_safe
def export_progress(request: HttpRequest) -> HttpResponse:
    """The part of that page that tells how far it is; it asks again until it is made."""
    export = DataExport.objects.filter(user=request.user).first()
    status = 200 if export and export.is_open else 286
    return render(request, "accounts/_export.html", {"export": export}, status=status)


@login_required
@require_POST
@reauthentication_required
@proof_required
def ask_for_export(request: HttpRequest) -> HttpResponse:
    """Have it made, in the background; one at a time."""
    packing.ask(request.user)
    return redirect("your_data")


@login_required
@never_cache
@require_safe
def download_export(request: HttpRequest, pk: str) -> HttpResponse | FileResponse:
    """The file, for whom it was made, within its day."""
    export = get_object_or_404(DataExport, pk=pk, user=request.user, state=DataExport.State.READY)
    if export.expires_at is None or export.expires_at <= timezone.now():
        raise Http404
    raise_if_reauthentication_required(request, app="allauth.account")
    if asking := ask(request):
        return asking
    try:
        file = default_storage.open(export.file_name)
    except FileNotFoundError:
        raise Http404 from None
    name = f"studyhub-{export.created_at:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@login_required
@require_http_methods(["GET", "POST"])
@reauthentication_required
@proof_required
def leave(request: HttpRequest) -> HttpResponse:
    """What goes and what stays; by a form the account is to be deleted, and its sessions end."""
    if request.method == "POST":
        leaving.schedule(request.user)
        logout(request)
        text = ngettext(
            "Your account will be deleted in %(days)s day. Sign in before, and it stays as it is.",
            "Your account will be deleted in %(days)s days. Sign in before, and it stays as it is.",
            leaving.DAYS,
        )
        messages.success(request, text % {"days": leaving.DAYS})
        return redirect("home")
    return render(request, "accounts/leave.html", {"days": leaving.DAYS})
