"""What leads do with their group's endpoints. On record in none: they concern nobody's work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.groups.models import Group
from studyhub import stored
from studyhub.outbox import State

from .catalogue import KINDS, PING
from .listening import ping_body, ring, send
from .models import Delivery, Endpoint, new_secret

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 10
BOTH_FOR = timedelta(hours=24)
# Kept in English, and translated where it is shown.
SWITCHED_OFF = gettext_noop("The webhook was switched off.")
stored.keep(SWITCHED_OFF)


class EndpointRefused(Exception):
    """What can't be done; the text says why."""


def add(*, by: User, group: Group, url: str, events: Iterable[str]) -> Endpoint:
    """A new endpoint; its secret is shown by whoever called, this once. Raises EndpointRefused beyond MOST."""
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)
        if Endpoint.objects.filter(group=group).count() >= MOST:
            raise EndpointRefused(
                _("A group has at most %(most)s webhooks. Remove one that is no longer needed.") % {"most": MOST}
            )
        return Endpoint.objects.create(group=group, url=url, events=_known(events), created_by=by)


def change(*, endpoint: Endpoint, url: str, events: Iterable[str]) -> None:
    """Another address, or other events, for what happens from now on and what waits."""
    Endpoint.objects.filter(pk=endpoint.pk).update(url=url, events=_known(events))


def rotate(*, endpoint: Endpoint) -> str:
    """A new secret, returned to be shown this once; for a day the one before signs as well."""
    secret = new_secret()
    with transaction.atomic():
        row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        until = timezone.now() + BOTH_FOR
        Endpoint.objects.filter(pk=row.pk).update(secret=secret, old_secret=row.secret, old_secret_until=until)
    return secret


def ping(*, endpoint: Endpoint) -> Delivery:
    """Send a test. Raises EndpointRefused where the endpoint is switched off."""
    _check_on(endpoint)
    made = Delivery(endpoint=endpoint, kind=PING, body=ping_body(endpoint, PING))
    with transaction.atomic():
        send([made])
        return Delivery.objects.get(endpoint=endpoint, message_id=made.message_id)


def retry(*, delivery: Delivery) -> bool:
    """Send a message again now, whose tries have ended or whose next one is to come: its tries begin anew.

    False where it is being sent at this moment. Raises EndpointRefused where the endpoint is switched off.
    """
    _check_on(delivery.endpoint)
    rows = Delivery.objects.filter(pk=delivery.pk).exclude(state=State.SENDING)
    changes = {"state": State.WAITING, "tries": 0, "next_try_at": timezone.now(), "ended_at": None, "last_error": ""}
    with transaction.atomic():
        if not rows.update(**changes):
            return False
        ring()
    return True


def switch_off(*, endpoint: Endpoint, why: str = "") -> bool:
    """Nothing is sent any more, and what waited has ended; it can be sent again by hand. False where it was off.

    `why` is for the leads, where none of them did it.
    """
    now = timezone.now()
    with transaction.atomic():
        on = Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=True)
        if not on.update(disabled_at=now, disabled_why=why):
            return False
        ended = {"state": State.FAILED, "ended_at": now, "last_error": why or SWITCHED_OFF}
        Delivery.objects.filter(endpoint=endpoint).open().update(**ended)
    return True


def switch_on(*, endpoint: Endpoint) -> None:
    """From now on it is sent to again, and has as long to fail as a new one."""
    Endpoint.objects.filter(pk=endpoint.pk).update(disabled_at=None, disabled_why="", failing_since=None)


def _check_on(endpoint: Endpoint) -> None:
    if endpoint.disabled_at is not None:
        raise EndpointRefused(_("This webhook is switched off. Switch it on first."))


def _known(events: Iterable[str]) -> list[str]:
    chosen = set(events)
    return [name for name in KINDS if name in chosen]
