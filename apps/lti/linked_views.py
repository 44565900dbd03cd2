"""What people see of the platforms that lead to their account; the list is on the page of accounts elsewhere."""

from __future__ import annotations

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts.proof import ask

from . import linked
from .identity import LinkRefused


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """What ends and what stays; by a form the platform leads to the reader's account no more."""
    person = get_object_or_404(linked.of(request.user), pk=pk)
    raise_if_reauthentication_required(request, app="allauth.account")
    if asking := ask(request):
        return asking
    if request.method != "POST":
        context = {"person": person, "only": linked.is_only_way(person)}
        return render(request, "lti/unlink.html", context)
    try:
        linked.unlink(person)
    except LinkRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("lti:unlink", pk)
    messages.success(request, _("%(platform)s leads to your account no more.") % {"platform": person.registration.name})
    return redirect("socialaccount_connections")
