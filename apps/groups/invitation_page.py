"""What a lead sees of the ways into a group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import ngettext, pgettext

from .models import Invitation
from .services.invitations import address_of

if TYPE_CHECKING:
    from .models import Group

ENDED = 20


@dataclass(frozen=True)
class Way:
    """One invitation, with its full address and what became of it."""

    invitation: Invitation
    url: str
    words: str


class InvitationPage:
    """The invitations of a group (one query)."""

    def __init__(self, group: Group, link: Callable[[str], str]) -> None:
        self.group, self.link, self.now = group, link, timezone.now()

    @cached_property
    def _all(self) -> list[Invitation]:
        return list(self.group.invitations.select_related("created_by"))

    @property
    def open(self) -> list[Way]:
        """Those that still let somebody in, the latest first."""
        return [self._way(one) for one in self._all if one.is_open(self.now)]

    @property
    def ended(self) -> list[Way]:
        """The latest of those that don't."""
        return [self._way(one) for one in self._all if not one.is_open(self.now)][:ENDED]

    def _way(self, one: Invitation) -> Way:
        return Way(one, self.link(address_of(one)), self._words(one))

    def _words(self, one: Invitation) -> str:
        if one.revoked_at:
            return pgettext("invitation", "Withdrawn")
        if one.limit is not None and one.used >= one.limit:
            if one.email:
                return pgettext("invitation", "Joined")
            return ngettext("All %(n)d joined", "All %(n)d joined", one.limit) % {"n": one.limit}
        if one.expires_at <= self.now:
            return pgettext("invitation", "Expired")
        if one.email:
            return pgettext("invitation", "Not answered yet")
        if one.limit:
            text = ngettext("%(n)d of %(all)d joined", "%(n)d of %(all)d joined", one.used)
            return text % {"n": one.used, "all": one.limit}
        return ngettext("%(n)d joined", "%(n)d joined", one.used) % {"n": one.used}
