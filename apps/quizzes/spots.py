"""Regions of a picture as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.quizzes.view import RegionView


@dataclass(frozen=True)
class Spot:
    """A region: its shape as an element, and the box around it (x, y, width, height)."""

    id: str
    name: str
    chosen: bool
    shape: SafeString
    box: tuple[float, float, float, float]
    is_round: bool = False


def spots_of(regions: Sequence[RegionView], chosen: AbstractSet[str]) -> list[Spot]:
    """The regions, the largest first: what is drawn later lies above."""
    spots = [
        Spot(one.id, one.name, one.id in chosen, _shape(one), _box(one), one.circle is not None) for one in regions
    ]
    return sorted(spots, key=lambda spot: -spot.box[2] * spot.box[3])


def _shape(region: RegionView) -> SafeString:
    if region.rectangle:
        return format_html('<rect x="{}" y="{}" width="{}" height="{}"/>', *map(str, region.rectangle))
    if region.circle:
        return format_html('<circle cx="{}" cy="{}" r="{}"/>', *map(str, region.circle))
    points = " ".join(f"{x},{y}" for x, y in region.polygon or ())
    return format_html('<polygon points="{}"/>', points)


def _box(region: RegionView) -> tuple[float, float, float, float]:
    if region.rectangle:
        x, y, width, height = region.rectangle
        return x, y, width, height
    if region.circle:
        x, y, radius = region.circle
        return x - radius, y - radius, 2 * radius, 2 * radius
    xs, ys = zip(*(region.polygon or ((0, 0),)), strict=True)
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
