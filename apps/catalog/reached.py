"""How far somebody is with what a track has above its resources. Apps above this one know, and say it here."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from apps.accounts.models import User

# By the primary key of each exercise, or quiz, that the learner has begun. A page is kept under the values.
Source = Callable[[User], Mapping[int, Hashable]]
_sources: dict[str, Source] = {}


def register(model: str, source: Source) -> None:
    """Called when an app is ready: `source` is asked from then on, about `model` by its label in small letters."""
    _sources[model] = source


def reached(model: str, user: User) -> Mapping[int, Hashable]:
    """What the model's source says of the learner, in one query; nothing where no app has one."""
    source = _sources.get(model)
    return source(user) if source else {}
