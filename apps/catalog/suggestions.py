"""What to do next, and why: one proposal on the first page. Apps above this one add sources of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from apps.accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """One thing to do: where it is, its name, and the reason in a sentence. The smallest `rank` is proposed."""

    rank: int
    title: str
    reason: str
    url: str
    accent: str = ""


Source = Callable[[User], Iterable[Suggestion]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Called when an app is ready: `source` is asked from then on."""
    if source not in _sources:
        _sources.append(source)


def suggest(user: User) -> Suggestion | None:
    """The most pressing of all proposals; of equal ones the first. None where nobody has one."""
    found = [suggestion for source in _sources for suggestion in source(user)]
    return min(found, key=lambda suggestion: suggestion.rank, default=None)
