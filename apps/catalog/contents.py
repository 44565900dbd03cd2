"""The whole curriculum as its pages list it, read once for each edition and then kept in memory.

Its rows are shared by every thread of a process: nothing may be written on them.
"""

from __future__ import annotations

from functools import lru_cache

from apps.catalog.models import Track
from apps.catalog.progress import TrackProgress
from apps.catalog.reached import Reached


@lru_cache(maxsize=2)
def tracks(edition: str) -> tuple[Track, ...]:
    """The current tracks with their contents (five queries, or none), in order."""
    return tuple(Track.objects.with_contents())


@lru_cache(maxsize=2000)
def progress(edition: str, slug: str, done: frozenset[int], own: Reached) -> TrackProgress | None:
    """How far somebody is in a track who is done with these resources and has reached `own`; None without the track."""
    return next((TrackProgress.of(track, done, own) for track in tracks(edition) if track.slug == slug), None)
