"""The page that asks for a code from a mail, and pages of django-allauth that do so first."""

from __future__ import annotations

from allauth.account import views as account
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.core import ratelimit
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts import proof, ways
from apps.accounts.forms import CodeForm

# Else whoever finds a browser open makes a way in of their own, and shows by it who they are.
email = proof.proof_required(account.email)
set_password = proof.proof_required(account.password_set)
add_webauthn = proof.proof_required(webauthn.add_webauthn)
_activate_totp = proof.proof_required(totp.activate_totp)


def activate_totp(request: HttpRequest) -> HttpResponse:
    """allauth's page, for who has something that a code can follow: after it no learning platform signs them in."""
    if request.user.is_authenticated and not ways.begins_by_itself(request.user):
        messages.error(
            request,
            _("Add an e-mail address and a password first, or a passkey instead: with a code alone nobody gets in."),
        )
        return redirect("mfa_index")
    return _activate_totp(request)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Send a code, then take it; what was asked for before goes on with it."""
    if not proof.by_mail(request.user):
        return redirect("account_reauthenticate")
    form = CodeForm(request, request.POST if request.method == "POST" and "send" not in request.POST else None)
    if request.method == "POST":
        refused = ratelimit.consume_or_429(request, action="reauthenticate", user=request.user)
        if refused:
            return refused
        if "send" in request.POST:
            proof.send(request)
            return redirect(request.get_full_path())
        if form.is_valid():
            return resume_request(request) or redirect("profile")
    context = {"form": form, "sent": proof.is_sent(request)}
    return render(request, "accounts/prove.html", context, status=422 if form.errors else 200)
