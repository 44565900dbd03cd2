"""Time zones to choose from."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REGIONS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": pgettext_lazy("a region of time zones", "Indian"),
    "Pacific": _("Pacific"),
}
Choices = list[tuple[str, str | list[tuple[str, str]]]]


@cache
def is_zone(name: str) -> bool:
    """Whether this machine knows a time zone of this name; an old row may have one that is no more."""
    return name in available_timezones()


def zone_choices() -> Choices:
    """Every zone by its region, for a field of choices; UTC first. What has only an old name is left out."""
    return [("UTC", "UTC"), *((str(REGIONS[region]), places) for region, places in _places().items())]


@cache
def _places() -> dict[str, list[tuple[str, str]]]:
    regions: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name in sorted(available_timezones()):
        region, _, place = name.partition("/")
        if region in regions and place:
            regions[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return regions
