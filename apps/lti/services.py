"""What operators do with registrations, and what is kept of how it goes with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from lti_tool.models import LtiRegistration

from studyhub import stored

from .models import Health, Launch
from .passing import SCORE_SCOPE
from .platform import Platform, PlatformError
from .refusals import REASONS, Refused

KEPT_FOR = timedelta(days=1)
CLEARED_AT_ONCE = 1000
# In English, so it is kept; told in the reader's language.
NO_KEY = _("It publishes no key.")
OF_KEYS = _("Its keys: %(problem)s")
OF_TOKEN = _("An access token: %(problem)s")
REFUSAL = "%(problem)s (%(detail)s)"
stored.keep(NO_KEY, OF_KEYS, OF_TOKEN, REFUSAL, *(title for title, _advice in REASONS.values()))


def add(**fields: Any) -> LtiRegistration:
    """A registration, on from now on."""
    return LtiRegistration.objects.create(**fields)


def test(registration: LtiRegistration) -> str:
    """Read the platform's keys and ask it for a token; returns what went wrong, or nothing. Written down."""
    error = ""
    try:
        platform = Platform(registration)
        if not platform.public_keys():
            error = NO_KEY
    except PlatformError as problem:
        error = OF_KEYS % {"problem": problem}
    if not error:
        try:
            platform.token([SCORE_SCOPE])
        except PlatformError as problem:
            error = OF_TOKEN % {"problem": problem}
    Health.objects.update_or_create(
        registration=registration, defaults={"tested_at": timezone.now(), "test_error": error[:300]}
    )
    return error


def note_refusal(refusal: Refused) -> None:
    """For the set-up page: the latest of each registration."""
    if refusal.registration is not None:
        title = REASONS[refusal.why][0]
        said = REFUSAL % {"problem": title, "detail": refusal.detail} if refusal.detail else title
        Health.objects.update_or_create(
            registration=refusal.registration, defaults={"refused_at": timezone.now(), "refusal": said[:300]}
        )


def clear_old(now: datetime) -> int:
    """Beat's turn: launches of yesterday go. Returns how many."""
    old = Launch.objects.filter(created_at__lt=now - KEPT_FOR).values_list("pk", flat=True)[:CLEARED_AT_ONCE]
    keys = list(old)
    return Launch.objects.filter(pk__in=keys).delete()[0] if keys else 0
