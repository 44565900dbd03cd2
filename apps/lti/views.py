"""What platforms send people to: the beginning of a launch, the launch, a choice; and where people arrive."""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.signals import user_logged_in
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from lti_tool.models import Key, LtiLaunch

from apps.accounts import proof
from studyhub.ratelimits import holder, take

from . import deep_linking, identity, launching, passing, roster, targets
from .framing import framable, is_framed, origin
from .models import Launch
from .refusals import Refused
from .services import note_refusal

BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW_ACCOUNT = gettext_lazy(
    "You have an account now, and come in by %(platform)s. To sign in without it, add an e-mail address and a password "
    "under your account."
)


def refusing(view: Any) -> Any:
    """What the view refuses is a page that says why and whose turn it is, and stands on the set-up page."""

    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = view(request, *arguments, **named)
            return response
        except Refused as refusal:
            note_refusal(refusal)
            again = refusal.launch if refusal.why == "cookie" else None
            context = {"refusal": refusal, "again": _login_address(again.asked) if again else ""}
            return render(request, "lti/refused.html", context, status=400)

    return wrapped


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """Our public keys."""
    return JsonResponse(Key.objects.as_jwks())


@csrf_exempt  # it comes from the platform's page; it changes nothing but a row of its own
@never_cache
@framable
@refusing
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Login initiation. In a frame: a page that asks for a tab, because nobody is signed in inside another page."""
    if request.method != "POST":
        take("launch", holder(request))  # the middleware counts the others
    asked = request.POST if request.method == "POST" else request.GET
    launch, binder, address = launching.begin(request, asked.dict())
    if is_framed(request) and not launch.deep:
        Launch.objects.filter(pk=launch.pk).delete()
        return render(request, "lti/open_tab.html", {"address": _login_address(launch.asked), "launch": launch})
    response = redirect(address)
    # The platform's POST comes from another site: only a cookie without the rule of the same site comes with it.
    response.set_cookie(
        launching.cookie_name(launch.state),
        binder,
        max_age=launching.COOKIE_FOR_S,
        path=reverse("lti:home"),
        httponly=True,
        secure=request.is_secure(),
        samesite="None" if request.is_secure() else None,
    )
    return response


@csrf_exempt  # signed by the platform, and bound to this browser by a cookie
@never_cache
@framable
@refusing
@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    """A launch: believed, written down, and sent on to where its own browser arrives."""
    begun, said = launching.believe(request, deep=False)
    if said.is_deep_link_launch:
        return _choice(request, begun, said)
    if not said.is_resource_launch:
        raise Refused("message", registration=begun.registration)
    identity.take_in(begun, said)
    return redirect("lti:arrive", begun.state)


@csrf_exempt  # signed by the platform; in a frame there is no cookie, and nobody is signed in
@never_cache
@framable
@refusing
@require_POST
def deep_link(request: HttpRequest) -> HttpResponse:
    """A platform asks what a new link is to open."""
    begun, said = launching.believe(request, deep=True)
    if not said.is_deep_link_launch:
        raise Refused("message", registration=begun.registration)
    return _choice(request, begun, said)


@csrf_exempt  # its form carries a signed name of the launch, which nobody else knows
@never_cache
@framable
@refusing
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Search again, or send what was chosen back to the platform."""
    token = request.POST.get("choice", "")
    begun = deep_linking.find_choice(token)
    opens = request.POST.get("opens", "")
    if not opens or "find" in request.POST:
        return _shelves(
            request, begun, token, search=request.POST.get("q", "")[:100], missing="find" not in request.POST
        )
    address = request.build_absolute_uri(reverse("lti:launch"))
    back, answer = deep_linking.choose(begun, opens, address)
    response = render(request, "lti/chosen.html", {"back": back, "answer": answer, "platform": begun.registration})
    response._csp_update = {"form-action": [origin(back)]}  # type: ignore[attr-defined]
    return response


@never_cache
@refusing
@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest, state: str) -> HttpResponse:
    """Where a believed launch goes on, in the browser in which it began: with the account it belongs to."""
    launches = Launch.objects.arrived(timezone.now()).select_related("registration", "lti_user__auth_user", "context")
    found = launches.select_related("placement__link").filter(state=state, lti_user__isnull=False).first()
    if found is None or not launching.is_bound(request, found):
        raise Http404("There is no such launch.")
    person = found.lti_user
    if person.auth_user is None:
        if request.method != "POST":
            return render(request, "lti/welcome.html", {"launch": found, "person": person})
        try:
            if request.POST.get("account") == "mine" and request.user.is_authenticated:
                # Else whoever finds a browser open makes a way in of their own.
                if not proof.is_fresh(request):
                    raise_if_reauthentication_required(request, app="allauth.account")
                    if asking := proof.ask(request):
                        return asking
                identity.link(person, request.user)
                messages.success(
                    request, _("%(platform)s leads to this account from now on.") % {"platform": found.registration}
                )
            elif request.POST.get("account") == "new":
                identity.new_account(person)
                messages.success(request, NEW_ACCOUNT % {"platform": found.registration})
            else:
                return redirect("lti:arrive", state)
        except identity.LinkRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("lti:arrive", state)
    return _go_on(request, found)


def _go_on(request: HttpRequest, found: Launch) -> HttpResponse:
    """Sign in whom it belongs to, once, and show what the link opens."""
    person = found.lti_user
    user = person.auth_user
    if not user.is_active:
        raise Refused("inactive", registration=found.registration)
    if request.user != user:
        if identity.signs_in_itself(user):
            if request.user.is_authenticated:
                raise Refused("other", registration=found.registration)
            messages.info(request, _("This account signs in by itself, also from a platform."))
            return redirect_to_login(reverse("lti:arrive", args=[found.state]))
        if Launch.objects.filter(pk=found.pk, ended_at=None).update(ended_at=timezone.now()) != 1:
            raise Refused("replayed", registration=found.registration)
        login(request, user, backend=BACKEND)
        # As allauth tells of it: the session is on the list of sessions, and whoever was to leave stays.
        user_logged_in.send(sender=type(user), request=request, user=user)
    else:
        Launch.objects.filter(pk=found.pk, ended_at=None).update(ended_at=timezone.now())
    course = roster.came(found.context, person) if found.context else None
    placement = found.placement
    if placement is not None:
        passing.expect(placement, person)
        if item := targets.find(placement.opens):
            return redirect(item)
    return redirect(course.group if course else "home")


def _choice(request: HttpRequest, begun: Launch, said: LtiLaunch) -> HttpResponse:
    try:
        return _shelves(request, begun, deep_linking.open_choice(begun, said))
    except Refused as refusal:
        refusal.registration = begun.registration
        raise


def _shelves(
    request: HttpRequest, begun: Launch, token: str, *, search: str = "", missing: bool = False
) -> HttpResponse:
    found = {"shelves": targets.shelves(search), "search": search, "choice": token, "missing": missing}
    status = 422 if missing else 200
    return render(request, "lti/choose.html", found | {"platform": begun.registration}, status=status)


def _login_address(asked: dict[str, str]) -> str:
    """Where the same begins anew, in a tab of its own."""
    return f"{reverse('lti:login')}?{urlencode(asked)}"
