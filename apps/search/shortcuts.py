"""Where keys lead and what the palette offers: one table, from which both, and the list on `?`, are made."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from apps.accounts.models import User


@dataclass(frozen=True)
class Shortcut:
    """A page to go to by keys: one after the other, none of them held."""

    keys: str
    words: str
    name: str
    signed_in: bool = False
    more: str = ""
    """What stands behind the address."""

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.name) + self.more


PAGES = (
    Shortcut("g h", "Home", "home"),
    Shortcut("g t", "Tracks", "home", more="#tracks"),
    Shortcut("g q", "Quizzes", "quizzes:list"),
    Shortcut("g e", "Exercises", "exercises:list"),
    Shortcut("g c", "Concepts", "concepts"),
    Shortcut("g r", "Reviews that are due", "learning:reviews", signed_in=True),
    Shortcut("g s", "Your hand-ins", "submissions:list", signed_in=True),
    Shortcut("g g", "Your groups", "groups:list", signed_in=True),
    Shortcut("g n", "Notifications", "notifications", signed_in=True),
    Shortcut("g p", "Your profile", "profile", signed_in=True),
)
# What needs no page: script has these.
ACTS = (
    ("/", "Search"),
    ("Ctrl K", "Search, also while typing (⌘ K on a Mac)"),
    ("j", "Next item of a list"),
    ("k", "Previous item of a list"),
    ("?", "This list"),
)


def pages_for(user: User | AnonymousUser) -> list[Shortcut]:
    """The pages that the user can open."""
    return [one for one in PAGES if user.is_authenticated or not one.signed_in]
