"""From what happens to what is sent: a row for each endpoint that wants to know, in the same transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.accounts.events import Event
from apps.groups.helping import showing
from apps.groups.models import Assignment
from studyhub import bell

from .catalogue import DUE, VERSION
from .models import Delivery, Endpoint

DELIVER_TASK = "webhooks.deliver"
AHEAD = timedelta(days=1)
NAMESPACE = uuid.UUID("6f0d7c1e-6d5a-4f0e-9a52-8f1f3c7f2f64")


def hear(event: Event) -> None:
    """Called in the transaction of what happened. One query where no group with an endpoint sees this work."""
    if event.exercise is None:
        return  # of quizzes nothing is told
    groups = showing(event.learner, event.exercise).values("group")
    wanting = [one for one in _endpoints(Q(group__in=groups)) if event.kind in one.events]
    if not wanting:
        return
    facts, now = event.facts(), timezone.now()
    send(Delivery(endpoint=one, kind=event.kind, body=_body(event.kind, now, one, facts)) for one in wanting)


def announce_due(now: datetime) -> int:
    """Beat's turn: a message for what is due within a day. The same again makes none; returns how many were written."""
    wanting: dict[int, list[Endpoint]] = {}
    for one in _endpoints(Q()):
        if DUE in one.events:
            wanting.setdefault(one.group_id, []).append(one)
    soon = (now, now + AHEAD)
    assignments = Assignment.objects.with_items().filter(group__in=wanting)
    made = []
    for assignment in assignments.filter(Q(due_at__range=soon) | Q(due_at=None, meeting__starts_at__range=soon)):
        for endpoint in wanting[assignment.group_id]:
            # Named by what it tells of: what was told before is not told again.
            name = f"{endpoint.pk} {assignment.pk} {assignment.due.isoformat()}"
            body = _body(DUE, now, endpoint, _due(assignment))
            message = f"msg_{uuid.uuid5(NAMESPACE, name).hex}"
            made.append(Delivery(endpoint=endpoint, kind=DUE, message_id=message, body=body))
    known = set(
        Delivery.objects.filter(kind=DUE, message_id__in=[one.message_id for one in made]).values_list(
            "message_id", flat=True
        )
    )
    new = [one for one in made if one.message_id not in known]
    send(new)
    return len(new)


def send(deliveries: Iterable[Delivery]) -> None:
    """Write them down, and ring for the worker once that is committed. Of the same message the first one stays."""
    rows = list(deliveries)
    if rows:
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        ring()


def ring(in_s: float = 0.0) -> None:
    """On commit: have what is due sent, now or in so many seconds. What isn't heard is found by beat."""
    transaction.on_commit(partial(bell.send, DELIVER_TASK, in_s=in_s))


def ping_body(endpoint: Endpoint, kind: str) -> str:
    """What a test says."""
    return _body(kind, timezone.now(), endpoint, {})


def _endpoints(where: Q) -> list[Endpoint]:
    return list(Endpoint.objects.live().filter(where).select_related("group"))


def _due(assignment: Assignment) -> dict[str, Any]:
    kind = "resource" if assignment.resource_id else "quiz" if assignment.quiz_id else "exercise"
    return {
        "assignment": {
            "id": assignment.pk,
            "kind": kind,
            "title": str(assignment),
            "due_at": assignment.due.isoformat() if assignment.due else None,
            "optional": assignment.optional,
            "url": _full(assignment.item.get_absolute_url()),
        }
    }


def _body(kind: str, at: datetime, endpoint: Endpoint, facts: dict[str, Any]) -> str:
    """The message as it is sent; a hand-in's address is the one at which leads of the group look at it."""
    group = endpoint.group
    data = facts | {"group": {"slug": group.slug, "name": group.name, "url": _full(group.get_absolute_url())}}
    if "submission" in data:
        page = _full(reverse("groups:work", args=[group.slug, data["submission"]["id"]]))
        data["submission"] = data["submission"] | {"url": page}
    message = {"type": kind, "version": VERSION, "timestamp": at.isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _full(path: str) -> str:
    return urljoin(settings.SITE_URL, path)
