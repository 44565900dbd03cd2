"""Tokens for programs: the list, a new one, shown once, and the end of one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.forms import TokenForm
from apps.accounts.models import AccessToken
from apps.accounts.tokens import TokenRefused, make_token, revoke_token

SHOWN = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens. A new one is on the page that answers its form and nowhere else, so that is no redirect."""
    form, made, text = TokenForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, text = make_token(user=request.user, **form.cleaned_data)
            form = TokenForm()
        except TokenRefused as refusal:
            form.add_error(None, str(refusal))
    now = timezone.now()
    rows = list(AccessToken.objects.filter(user=request.user)[:SHOWN])
    context = {
        "form": form,
        "made": made,
        "text": text,
        "live": [token for token in rows if token.is_live(now)],
        "ended": [token for token in rows if not token.is_live(now)],
    }
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token: what uses it is refused from now on."""
    if not revoke_token(user=request.user, pk=pk):
        raise Http404("There is no such token.")
    messages.success(request, _("Revoked. Whatever uses this token is refused from now on."))
    return redirect("tokens")
