"""What works without signing in: a member's calendar by its secret address, the end of reminders by a signed one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import calendar, reminders
from .access import get_membership
from .models import Membership


@require_safe
def feed(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The calendar of whoever has this key, and is in the group."""
    current = Membership.objects.current().select_related("group", "user")
    found = get_object_or_404(current, group__slug=slug, feed_key=key)
    response = HttpResponse(calendar.feed(found), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_POST
def renew(request: HttpRequest, slug: str) -> HttpResponse:
    """Another secret address for the member's own calendar; also in an archived group, because it is theirs."""
    calendar.renew_key(get_membership(request.user, slug))
    messages.success(request, _("Your calendar has a new address. The old one leads nowhere now."))
    return redirect("groups:plan", slug)


# The reader's mail program sends the POST (RFC 8058) and has no cookie: the signature in the address stands for it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """No more reminders: of one group (`group`), or of any. To look at the page changes nothing."""
    user = reminders.reader_of(token)
    if user is None:
        return render(request, "groups/unsubscribe.html", {"unknown": True}, status=404)
    if request.method == "POST":
        reminders.stop(user, request.POST.get("group", ""))
    rows, wanted = reminders.memberships_of(user), reminders.are_wanted(user)
    for one in rows:
        one.reminders = one.reminders and wanted  # as it is shown
    remaining = any(one.reminders for one in rows)
    context = {"reader": user, "rows": rows, "remaining": remaining, "stopped": request.method == "POST"}
    return render(request, "groups/unsubscribe.html", context)
