"""What the page of a group shows its reader: what comes next, what is still open, who is in it."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from .forms import PreferencesForm
from .models import Meeting, Membership, Pin
from .own_work import OwnItem, own_work

if TYPE_CHECKING:
    from apps.accounts.models import User

NAMES = 12
LATE_SHOWN = 6


def own_groups(user: User) -> list[Membership]:
    """The memberships of `user`, each with its group's `members` and `next_at`; archived groups last (one query)."""
    coming = Meeting.objects.filter(group=OuterRef("group"), starts_at__gte=timezone.now()).order_by("starts_at")
    rows = Membership.objects.current().filter(user=user).select_related("group", "user")
    rows = rows.annotate(
        members=Count("group__memberships", filter=Q(group__memberships__left_at__isnull=True)),
        next_at=Subquery(coming.values("starts_at")[:1]),
    )
    return sorted(rows, key=lambda one: (one.group.is_archived, one.group.name.lower()))


class Overview:
    """One group, for one member (nine queries)."""

    def __init__(self, membership: Membership) -> None:
        self.membership, self.group, self.now = membership, membership.group, timezone.now()

    @property
    def context(self) -> dict[str, Any]:
        """What the frame asks for."""
        return {"group": self.group, "membership": self.membership}

    @cached_property
    def meeting(self) -> Meeting | None:
        """The next one, or the one that is going on."""
        today = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        coming = self.group.meetings.filter(starts_at__gte=today - timedelta(days=1))
        return next((one for one in coming if one.ends_at > self.now), None)

    @cached_property
    def items(self) -> list[OwnItem]:
        """All that is to be done in this group."""
        assignments = self.group.assignments.with_items()
        return own_work(user=self.membership.user, assignments=assignments, now=self.now)

    @property
    def before_meeting(self) -> list[OwnItem]:
        """What to do before the next meeting."""
        return [item for item in self.items if self.meeting and item.assignment.meeting_id == self.meeting.pk]

    @property
    def besides(self) -> list[OwnItem]:
        """What hangs on no meeting, and is not done."""
        return [item for item in self.items if item.assignment.meeting_id is None and not item.progress.is_done]

    @cached_property
    def late(self) -> list[OwnItem]:
        """What should have been done before an earlier meeting."""
        shown = self.before_meeting + self.besides
        return [item for item in self.items if item.is_late and item not in shown]

    @property
    def folds_late(self) -> bool:
        """Whether that is so much, or so beside the point, that it would bury the rest."""
        return self.membership.leads or len(self.late) > LATE_SHOWN

    @cached_property
    def pins(self) -> QuerySet[Pin]:
        """What leads recommend to the reader."""
        pins = self.group.pins.filter(user=self.membership.user, resource__retired=False)
        return pins.select_related("by", "resource__section__track")

    @cached_property
    def members(self) -> list[Membership]:
        """Everybody, leads first."""
        return list(self.group.memberships.current().for_list())

    @property
    def shown(self) -> list[Membership]:
        """As many as a panel holds."""
        return self.members[:NAMES]

    @property
    def more(self) -> int:
        """How many others there are."""
        return len(self.members) - len(self.shown)

    @property
    def zone(self) -> str:
        """By which clock the reader reads times."""
        return self.membership.zone

    @property
    def preferences(self) -> PreferencesForm:
        """What the reader lets the group know."""
        return PreferencesForm(instance=self.membership)
