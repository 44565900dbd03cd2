"""What the log of deliveries knows of somebody who leaves."""

from __future__ import annotations

import json

from apps.accounts.models import User

from .models import Delivery


def forget(user: User) -> None:
    """Called in the transaction in which an account goes: messages that name its owner go too, sent or not."""
    theirs = Delivery.objects.filter(endpoint__group__memberships__user=user)
    keys = [one.pk for one in theirs.only("pk", "body").iterator() if _names(one.body, user)]
    Delivery.objects.filter(pk__in=keys).delete()


def _names(body: str, user: User) -> bool:
    learner = json.loads(body).get("data", {}).get("learner") or {}
    return user.display_name in json.dumps(learner, ensure_ascii=False)
