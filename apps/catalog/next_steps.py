"""What the first page proposes to its reader: at most three things, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext, pgettext

from apps.catalog import contents, edition
from apps.catalog.models import Completion, Resource, Track
from apps.catalog.progress import TrackProgress, next_step, resources_in
from apps.catalog.suggestions import Suggestion, in_order, suggest

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest, HttpResponse

    from apps.accounts.models import User

MOST = 3
LEFT, NEXT = 40, 50
# Where somebody left off is theirs alone: it stays in their browser, and works without an account.
COOKIE, COOKIE_S = "left_at", 90 * 24 * 3600


def next_steps(
    *, user: User | AnonymousUser, tracks: Sequence[TrackProgress], done: Set[int], left_at: str
) -> list[Suggestion]:
    """The most pressing first; none for a stranger who has not begun anything. `left_at` is `<track>/<resource>`."""
    found = suggest(user) if user.is_authenticated else []
    found += _left(tracks, done, left_at)
    begun = bool(done or found)
    following = next_step(tracks, done) if begun or user.is_authenticated else None
    if following:
        track, resource = following
        reason = gettext("Next in %(track)s.") if begun else gettext("A good beginning: the first in %(track)s.")
        found.append(_resource(track, resource, rank=NEXT, reason=reason % {"track": track}))
    return in_order(found)[:MOST]


def first_step(request: HttpRequest) -> Suggestion | None:
    """The most pressing one for whoever reads any page; None for a stranger who has not begun anything."""
    done = Completion.objects.resources_of(request.user)
    tracks = [TrackProgress.of(track, done) for track in contents.tracks(edition.current())]
    return next(iter(next_steps(user=request.user, tracks=tracks, done=done, left_at=left_at(request))), None)


def remember(response: HttpResponse, resource: Resource) -> None:
    """Have the reader's browser know that they were here last."""
    place = f"{resource.section.track.slug}/{resource.slug}"
    response.set_cookie(COOKIE, place, COOKIE_S, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE)


def left_at(request: HttpRequest) -> str:
    """What `remember` wrote; empty where it wrote nothing."""
    return request.COOKIES.get(COOKIE, "")


def _left(tracks: Iterable[TrackProgress], done: Set[int], left_at: str) -> list[Suggestion]:
    slug, _, wanted = left_at.partition("/")
    return [
        _resource(
            one.track, resource, rank=LEFT, reason=gettext("You were here last, in %(track)s.") % {"track": one.track}
        )
        for one in tracks
        if one.track.slug == slug
        for _, resource in resources_in(one.track)
        if resource.slug == wanted and resource.pk not in done
    ]


def _resource(track: Track, resource: Resource, *, rank: int, reason: str) -> Suggestion:
    return Suggestion(
        rank=rank,
        title=resource.title,
        reason=reason,
        url=resource.get_absolute_url(),
        accent=track.accent,
        action=gettext("Watch") if resource.kind == "video" else pgettext("act", "Open"),
        icon="play" if resource.kind == "video" else "book-open",
    )
