"""Who has no password and no second factor shows by a code in a mail that it is they; the others do so to allauth."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows, suspend_request
from allauth.account.models import EmailAddress
from allauth.core.internal.cryptokit import compare_user_code
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.accounts.models import User

VALID_S = 900
TRIES = 5
METHOD = "mail"
# In the session: the code that was sent, when, and how many wrong ones were typed.
STATE = "proof"
View = Callable[..., HttpResponse]


def by_mail(user: User) -> bool:
    """Whether a mail is the one way: there is no other, the site can send some, and the address is proved."""
    if get_reauthentication_flows(user) or not settings.EMAIL_HOST:
        return False
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


def proof_required(view: View) -> View:
    """A view that asks for a code first, unless one was right within five minutes; what was posted goes on then."""

    @wraps(view)
    def asking(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return ask(request) or view(request, *args, **kwargs)

    return asking


def ask(request: HttpRequest) -> HttpResponse | None:
    """The way to the page that asks for a code; None where there is nothing to ask."""
    if not request.user.is_authenticated or _recent(request) or not by_mail(request.user):
        return None
    return suspend_request(request, reverse("prove"))


def is_fresh(request: HttpRequest) -> bool:
    """Whether the reader has just signed in, or has just shown again who they are: within five minutes."""
    shown = [one["at"] for one in get_authentication_records(request, request.user)]
    return bool(shown) and time.time() - shown[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def send(request: HttpRequest) -> None:
    """A code to the address of the reader, in place of the one before."""
    adapter = get_adapter(request)
    code = adapter.generate_login_code()
    request.session[STATE] = {"code": code, "at": time.time(), "wrong": 0}
    adapter.send_mail("account/email/proof", request.user.email, {"user": request.user, "code": code})


def is_sent(request: HttpRequest) -> bool:
    """Whether there is a code that can still be typed."""
    state = request.session.get(STATE)
    return bool(state) and time.time() - state["at"] < VALID_S


def check(request: HttpRequest, code: str) -> bool:
    """Whether it is the code; it is so once, and after TRIES wrong ones no more."""
    if not is_sent(request):
        return False
    state = request.session.pop(STATE)
    if compare_user_code(actual=code, expected=state["code"]):
        record_authentication(request, request.user, method=METHOD, reauthenticated=True)
        return True
    state["wrong"] += 1
    if state["wrong"] < TRIES:
        request.session[STATE] = state
    return False


def _recent(request: HttpRequest) -> bool:
    proofs = [one["at"] for one in get_authentication_records(request, request.user) if one.get("method") == METHOD]
    return bool(proofs) and time.time() - proofs[-1] < app_settings.REAUTHENTICATION_TIMEOUT
