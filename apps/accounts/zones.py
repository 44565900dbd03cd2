"""Time zones to choose from."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
Choices = list[tuple[str, str | list[tuple[str, str]]]]


@cache
def is_zone(name: str) -> bool:
    """Whether this machine knows a time zone of this name; an old row may have one that is no more."""
    return name in available_timezones()


@cache
def zone_choices() -> Choices:
    """Every zone by its region, for a field of choices; UTC first. What has only an old name is left out."""
    regions: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name in sorted(available_timezones()):
        region, _, place = name.partition("/")
        if region in regions and place:
            regions[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *regions.items()]
