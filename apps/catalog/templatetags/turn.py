"""What comes before and after on the track, at the end of each page of its content: `{% turn item %}`."""

from __future__ import annotations

from typing import Any

from django import template

from apps.catalog import contents, edition
from apps.catalog.models import Track

register = template.Library()


@register.inclusion_tag("components/turn.html")
def turn(item: Any) -> dict[str, Any]:
    """The neighbours of a resource, exercise or quiz in the order of its track's page, and the ways back to it."""
    return neighbours(item)


@register.simple_tag
def following(item: Any) -> Any:
    """What comes after it in its track; None after the last."""
    return neighbours(item)["next"]


def neighbours(item: Any) -> dict[str, Any]:
    """The track of an item that is on it, what stands before and what after; None where nothing does."""
    slug = item.section.track.slug
    track = next((one for one in contents.tracks(edition.current()) if one.slug == slug), None)
    order = in_order(track) if track else []
    place = next((place for place, one in enumerate(order) if type(one) is type(item) and one.pk == item.pk), None)
    return {
        "track": track,
        "previous": order[place - 1] if place else None,
        "next": order[place + 1] if place is not None and place + 1 < len(order) else None,
    }


def in_order(track: Track) -> list[Any]:
    """All that a track fetched with `with_contents` has, as its page lists it: in each section resources first."""
    return [
        one
        for section in track.sections.all()
        for kind in (section.resources, section.exercises, section.quizzes)
        for one in kind.all()
    ]
