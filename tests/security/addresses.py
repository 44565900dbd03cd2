"""Every address of the site, out of its own table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver, reverse


class Address(NamedTuple):
    """One address: its full name, its route, and the places in it that something stands in."""

    name: str
    route: str
    places: frozenset[str]

    def filled(self, world: dict[str, object]) -> str:
        """With something that there is in each place."""
        found = {place: world.get(f"{self.name}.{place}", world.get(place)) for place in self.places}
        missing = [place for place, value in found.items() if value is None]
        assert not missing, f"What stands for {missing} in {self.name}? Add it to the fixture world."
        return reverse(self.name, kwargs=found)


def addresses(
    patterns: Iterable[URLPattern | URLResolver] | None = None,
    route: str = "",
    space: str = "",
    places: frozenset[str] = frozenset(),
) -> Iterator[Address]:
    """All of them, those of included files too."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        inside = places | set(pattern.pattern.converters) | set(re.findall(r"\(\?P<(\w+)>", str(pattern.pattern)))
        there = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            below = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, there, below, inside)
        else:
            yield Address(f"{space}{pattern.name}", there, frozenset(inside))


def of_pages() -> list[Address]:
    """Without those of groups, webhooks and the API, which have walks of their own, and without the admin's."""
    elsewhere = ("groups:", "webhooks:", "admin:", "api")
    return sorted(one for one in addresses() if not one.name.startswith(elsewhere) and one.name != "None")


def of_admin() -> list[Address]:
    """The admin's: Django made them, and a model of ours that is registered makes more."""
    return sorted(one for one in addresses() if one.name.startswith("admin:") and not one.name.endswith(":None"))
