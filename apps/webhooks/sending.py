"""Sending what is due: claimed and noted here, posted by threads that touch no database."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from standardwebhooks import Webhook

from apps.accounts.notifications import notify
from studyhub import outbox, stored, tally
from studyhub.outside import DEADLINE_S, Answer

from .listening import ring
from .models import Attempt, Delivery, Endpoint
from .posting import post
from .services import switch_off

MINUTE, HOUR = 60, 3600
# After each try that failed, as Standard Webhooks advises: the last of eight comes about a day after the first.
WAITS_S = (5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR)
FAILING_FOR = timedelta(days=5)  # without one that was taken: then it is switched off
KEPT_FOR = timedelta(days=30)
AT_ONCE = 8
PASS_S = 45.0
TURN_S = 120  # more than a pass and what it began
CLEARED_AT_ONCE = 1000
GONE = 410
# Why one was switched off: kept in English, and translated where it is shown.
GONE_WHY = gettext_noop("It answered 410: it is gone for good.")
FAILING_WHY = gettext_noop("Nothing was taken there for 5 days.")  # as FAILING_FOR has it
stored.keep(GONE_WHY, FAILING_WHY)


def send_due() -> int:
    """Send what is due, for three quarters of a minute at most; returns how many tries were made.

    At once goes one message for each endpoint: who hangs holds up others' messages for ten seconds, once.
    """
    tries, until = 0, time.monotonic() + PASS_S
    with outbox.turn("webhooks", TURN_S) as mine:
        if not mine:
            return 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while time.monotonic() < until and (claimed := _claim(timezone.now())):
                answers = list(pool.map(_post, claimed))
                for delivery, answer in zip(claimed, answers, strict=True):
                    note(delivery, answer)
                tries += len(claimed)
        if tries and Delivery.objects.sendable(timezone.now()).exists():
            ring()
    return tries


def note(delivery: Delivery, answer: Answer) -> None:
    """Write down how a try was answered, and what follows: nothing, another try, or the end of the endpoint."""
    now = timezone.now()
    tallied = tally.Tallied()
    with transaction.atomic():
        if answer.is_good:
            mine = delivery.sent(now)
        else:
            mine = delivery.failed(now, answer.error, WAITS_S, final=answer.status == GONE)
        if not mine:
            return
        Attempt.objects.create(
            delivery=delivery,
            at=now,
            status=answer.status,
            ms=answer.ms,
            response=answer.body,
            error=answer.error[:500],
        )
        tallied.count("webhooks", {"sent": "delivered", "failed": "failed"}.get(delivery.state, "retried"))
        tallied.write()
        endpoint = Endpoint.objects.filter(pk=delivery.endpoint_id)
        if answer.is_good:
            endpoint.filter(failing_since__isnull=False).update(failing_since=None)
            return
        endpoint.filter(failing_since__isnull=True).update(failing_since=now)
        if answer.status == GONE:
            _disable(delivery.endpoint, GONE_WHY)
        elif endpoint.filter(failing_since__lte=now - FAILING_FOR).exists():
            _disable(delivery.endpoint, FAILING_WHY)
        elif delivery.is_open and delivery.tries == 1:
            # Once it is due for certain; the others are late enough for beat.
            ring(in_s=WAITS_S[0] * (1 + outbox.JITTER))


def clear_old(now: datetime) -> int:
    """Beat's turn: what was written a month ago goes, with its tries, a thousand at once. Returns how many rows."""
    old = Delivery.objects.filter(created_at__lt=now - KEPT_FOR).exclude(state__in=["waiting", "sending"])
    keys = list(old.order_by("created_at").values_list("pk", flat=True)[:CLEARED_AT_ONCE])
    return Delivery.objects.filter(pk__in=keys).delete()[0] if keys else 0


def signed(delivery: Delivery, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; while two secrets hold, with both signatures."""
    secrets = delivery.endpoint.signing_secrets(now)
    signatures = [Webhook(secret).sign(delivery.message_id, now, delivery.body) for secret in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _claim(now: datetime) -> list[Delivery]:
    """The first one of each endpoint, of those that have waited for longest."""
    due = Delivery.objects.sendable(now)
    endpoints = due.order_by().values_list("endpoint").annotate(first=Min("next_try_at")).order_by("first", "endpoint")
    first = [due.filter(endpoint=endpoint).first() for endpoint, _first in endpoints[:AT_ONCE]]
    return [delivery for delivery in first if delivery and delivery.claim(now)]


def _post(delivery: Delivery) -> Answer:
    headers = signed(delivery, timezone.now())
    return post(delivery.endpoint.url, delivery.body.encode(), headers, deadline_s=DEADLINE_S)


def _disable(endpoint: Endpoint, why: str) -> None:
    def text() -> str:
        said = {"group": endpoint.group, "why": _(why)}
        return _("A webhook of %(group)s was switched off. %(why)s") % said

    if switch_off(endpoint=endpoint, why=why):
        leads = endpoint.group.memberships.leading().select_related("user")
        notify([one.user for one in leads], kind="webhook", text=text, url=endpoint.get_absolute_url())
