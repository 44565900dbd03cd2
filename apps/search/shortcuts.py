"""Where keys lead and what the palette offers: one table, from which both, and the list on `?`, are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Shortcut:
    """A page to go to by keys: one after the other, none of them held."""

    keys: str
    label: StrPromise
    name: str
    signed_in: bool = False
    more: str = ""
    """What stands behind the address."""

    @property
    def words(self) -> str:
        """What the page is called, in the reader's language."""
        return str(self.label)

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.name) + self.more


PAGES = (
    Shortcut("g h", _("Home"), "home"),
    Shortcut("g t", _("Tracks"), "home", more="#tracks"),
    Shortcut("g q", _("Quizzes"), "quizzes:list"),
    Shortcut("g e", _("Exercises"), "exercises:list"),
    Shortcut("g c", _("Concepts"), "concepts"),
    Shortcut("g r", _("Reviews that are due"), "learning:reviews", signed_in=True),
    Shortcut("g s", _("Your hand-ins"), "submissions:list", signed_in=True),
    Shortcut("g g", _("Your groups"), "groups:list", signed_in=True),
    Shortcut("g n", _("Notifications"), "notifications", signed_in=True),
    Shortcut("g p", _("Your profile"), "profile", signed_in=True),
)
# What needs no page: script has these.
ACTS = (
    ("/", _("Search")),
    ("Ctrl K", _("Search, also while typing (⌘ K on a Mac)")),
    ("j", _("Next item of a list")),
    ("k", _("Previous item of a list")),
    ("?", _("This list")),
)


def pages_for(user: User | AnonymousUser) -> list[Shortcut]:
    """The pages that the user can open."""
    return [one for one in PAGES if user.is_authenticated or not one.signed_in]
