"""For ten minutes a lead can put back what they last took off a plan; it waits in their session."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest

from .models import Group
from .services import plan as services

KEY = "groups.plan.undo"
FOR_S = 600


def remember(request: HttpRequest, *, group: Group, said: str, taken: services.Taken) -> None:
    """Keep what was taken away; `said` is the sentence that tells of it."""
    request.session[KEY] = {"group": group.pk, "said": said, "taken": taken, "until": time.time() + FOR_S}


def waiting(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """What can be put back in this group now; None for nothing."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    return kept if kept and kept["group"] == group.pk and kept["until"] > time.time() else None


def put_back(request: HttpRequest, group: Group) -> bool:
    """Put it back. False where there is nothing, or where it doesn't fit any more."""
    kept = waiting(request, group)
    if kept is None:
        return False
    del request.session[KEY]
    return services.put_back(group=group, taken=kept["taken"], by=request.user)
