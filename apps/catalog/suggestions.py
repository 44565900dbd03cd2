"""What to do next, and why: a few proposals on the first page. Apps above this one add sources of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext

from apps.accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """One thing to do: where it is, its name, and the reason in a sentence. The smallest `rank` comes first."""

    rank: int
    title: str
    reason: str
    url: str
    accent: str = ""
    action: str = field(default_factory=lambda: gettext("Go on"))
    icon: str = "arrow-right"


Source = Callable[[User], Iterable[Suggestion]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Called when an app is ready: `source` is asked from then on."""
    if source not in _sources:
        _sources.append(source)


def suggest(user: User) -> list[Suggestion]:
    """What every source proposes, the most pressing first; of equal ones the first."""
    return in_order(suggestion for source in _sources for suggestion in source(user))


def in_order(found: Iterable[Suggestion]) -> list[Suggestion]:
    """By rank; where two lead to the same address, the more pressing one."""
    kept: dict[str, Suggestion] = {}
    for one in sorted(found, key=lambda one: one.rank):
        kept.setdefault(one.url, one)
    return list(kept.values())
