"""For operators: what to tell a platform, what it told us, and how it goes with it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from lti_tool.models import LtiDeployment, LtiRegistration

from studyhub import stored
from studyhub.outbox import State

from . import keys, passing, services
from .forms import RegistrationForm
from .models import Course, PassbackTry
from .roster import SCOPE as NAMES_SCOPE

TRIES_SHOWN = 30
SCOPES = [passing.SCORE_SCOPE, NAMES_SCOPE]


def staff_only(user: Any) -> None:
    """Raises PermissionDenied for anybody else."""
    if not user.is_staff:
        raise PermissionDenied


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The values to copy, the platforms, and a new one."""
    staff_only(request.user)
    keys.ensure_key()
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        added = services.add(**form.cleaned_data)
        messages.success(
            request,
            _("%(platform)s is added. Test it, then open a link of it: that shows its deployment here.")
            % {"platform": added},
        )
        return redirect("lti:registration", added.pk)
    registrations = LtiRegistration.objects.select_related("health").order_by("name", "pk")
    waiting = Count("deployments", filter=Q(deployments__is_active=False))
    context = {
        "values": values(request),
        "configuration": json.dumps(configuration(request), indent=2),
        "registrations": registrations.annotate(waiting=waiting),
        "form": form,
    }
    return render(request, "lti/setup.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def registration(request: HttpRequest, pk: int) -> HttpResponse:
    """One platform: its deployments, courses, what was passed on, and what it told."""
    staff_only(request.user)
    found = get_object_or_404(LtiRegistration.objects.select_related("health"), pk=pk)
    form = RegistrationForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("lti:registration", pk)
    mine = {"passback__lti_user__registration": pk}
    rows = passing.Passback.objects.filter(lti_user__registration=pk)
    context = {
        "registration": LtiRegistration.objects.select_related("health").get(pk=pk),
        "deployments": found.deployments.select_related("platform_instance").order_by("pk"),
        "waiting": found.deployments.filter(is_active=False).count(),
        "courses": Course.objects.filter(context__deployment__registration=pk).select_related("group", "context"),
        "tries": PassbackTry.objects.filter(**mine).select_related("passback__placement__link", "passback__lti_user")[
            :TRIES_SHOWN
        ],
        "scores": rows.aggregate(
            waiting=Count("pk", filter=Q(state__in=[State.WAITING, State.SENDING])),
            failed=Count("pk", filter=Q(state=State.FAILED)),
            there=Count("pk", filter=Q(sent_at__isnull=False)),
        ),
        "form": form,
    }
    return render(request, "lti/registration.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Test it, switch it on or off, let a deployment in or out, ask for a course, send again what was given up."""
    staff_only(request.user)
    found = get_object_or_404(LtiRegistration, pk=pk)
    match request.POST.get("act"):
        case "test":
            error = services.test(found)
            messages.add_message(
                request,
                messages.ERROR if error else messages.SUCCESS,
                stored.told(error) if error else _("It publishes keys and gives us a token."),
            )
        case "on" | "off" as to:
            LtiRegistration.objects.filter(pk=pk).update(is_active=to == "on")
            said = _("%(platform)s is switched on.") if to == "on" else _("%(platform)s is switched off.")
            messages.success(request, said % {"platform": found})
        case "in" | "out" as to:
            mine = LtiDeployment.objects.filter(registration=pk, pk=_number(request, "deployment"))
            if mine.update(is_active=to == "in"):
                messages.success(request, _("It is let in.") if to == "in" else _("It is let in no more."))
        case "sync":
            courses = Course.objects.filter(context__deployment__registration=pk, pk=_number(request, "course"))
            if courses.update(sync_due_at=timezone.now()):
                messages.success(request, _("Its platform is asked within five minutes."))
        case "again":
            rows = passing.send_again(found, timezone.now())
            said = ngettext("%(number)s score to send again.", "%(number)s scores to send again.", rows)
            messages.success(request, said % {"number": rows})
    return redirect("lti:registration", pk)


@require_safe
def configuration_file(request: HttpRequest) -> HttpResponse:
    """The values to copy as JSON, for platforms that read them."""
    return JsonResponse(configuration(request), json_dumps_params={"indent": 2})


def values(request: HttpRequest) -> list[tuple[str, str, str]]:
    """A name for the field, what platforms call it, and what goes there."""
    addresses = (
        ("login", _("Initiate login URL (OIDC)"), "lti:login"),
        ("launch", _("Redirect URI, launch URL, tool URL"), "lti:launch"),
        ("deep", _("Deep linking URL, a redirect URI as well"), "lti:deep_link"),
        ("keys", _("Public keyset URL (JWKS)"), "lti:jwks"),
        ("file", _("All of it as JSON"), "lti:configuration"),
    )
    return [(name, label, request.build_absolute_uri(reverse(address))) for name, label, address in addresses]


def configuration(request: HttpRequest) -> dict[str, Any]:
    """What a platform needs to know of us, named as Canvas reads it."""
    ours = {name: address for name, _, address in values(request)}
    placements = [
        {"placement": name, "message_type": "LtiDeepLinkingRequest", "target_link_uri": ours["deep"]}
        for name in ("assignment_selection", "link_selection")
    ]
    return {
        "title": "StudyHub",
        "description": "Tracks, quizzes and graded notebooks for machine learning.",
        "oidc_initiation_url": ours["login"],
        "target_link_uri": ours["launch"],
        "redirect_uris": [ours["launch"], ours["deep"]],
        "public_jwk_url": ours["keys"],
        "scopes": SCOPES,
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "privacy_level": "name_only",
                "settings": {"text": "StudyHub", "placements": placements},
            }
        ],
    }


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
