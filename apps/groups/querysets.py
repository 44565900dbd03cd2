"""What is asked of groups, each question under its own name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf


class MembershipQuerySet(models.QuerySet[Any]):
    """Questions about who is in a group."""

    def current(self) -> MembershipQuerySet:
        """Those who have not left."""
        return self.filter(left_at__isnull=True)

    def leading(self) -> MembershipQuerySet:
        """Those who may see the dashboard and act."""
        return self.current().exclude(role="member")

    def for_list(self) -> MembershipQuerySet:
        """With their users; leads first, then co-leads, then by name."""
        rank = Case(When(role="lead", then=0), When(role="colead", then=1), default=2)
        name = Coalesce(NullIf("user__name", Value("")), "user__email")
        return self.select_related("user").order_by(rank, Lower(name), "pk")


class InvitationQuerySet(models.QuerySet[Any]):
    """Questions about ways into a group."""

    def open(self, now: datetime) -> InvitationQuerySet:
        """Those by which one may still come in."""
        has_room = Q(limit__isnull=True) | Q(used__lt=F("limit"))
        return self.filter(has_room, revoked_at__isnull=True, expires_at__gt=now)


class AssignmentQuerySet(models.QuerySet[Any]):
    """Questions about what is to be done."""

    def with_items(self) -> AssignmentQuerySet:
        """With the thing that each is about, and its meeting, in one query."""
        return self.select_related(
            "meeting", "resource__section__track", "quiz__section__track", "exercise__section__track"
        )
