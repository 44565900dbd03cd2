"""How far somebody is with what a track has above its resources. Apps above this one know, and say it here."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from django.contrib.auth.models import AnonymousUser

from apps.accounts.models import User

# By the primary key of each exercise, or quiz, that the learner has begun. A page is kept under the values.
Source = Callable[[User], Mapping[int, Hashable]]
# What the sources say of somebody, each with its model's label and the primary key.
Reached = frozenset[tuple[str, int, Hashable]]
_sources: dict[str, Source] = {}


def register(model: str, source: Source) -> None:
    """Called when an app is ready: `source` is asked from then on, about `model` by its label in small letters."""
    _sources[model] = source


def reached(user: User | AnonymousUser, *models: str) -> Reached:
    """What the sources of `models`, or all, say of the reader, a query each; nothing of who is not signed in."""
    if not user.is_authenticated:
        return frozenset()
    asked = {model: source for model, source in _sources.items() if not models or model in models}
    return frozenset((model, key, value) for model, source in asked.items() for key, value in source(user).items())
