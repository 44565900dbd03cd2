"""Tracks, resources, and one's own progress."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Query

from apps.accounts.models import Scope
from apps.catalog import contents, edition, services
from apps.catalog.models import Completion, Resource
from apps.catalog.progress import TrackProgress
from apps.quizzes.models import Card
from apps.submissions.models import Submission

from ..auth import caller, token_of
from ..paging import piece
from ..router import Calls
from ..schemas.catalog import (
    BestOut,
    DoneOut,
    MeOut,
    ProgressOut,
    ResourceOut,
    TrackDetailOut,
    TrackOut,
    TrackProgressOut,
)
from ..schemas.common import SLUG, Cursor, Limit, Piece

router = Calls(tags=["Curriculum"])
Slug = Annotated[str, Path(..., pattern=SLUG, description="As in the address of its page.")]
IN_ORDER = ("section__track__position", "section__position", "position", "pk")


@router.call("GET", "/me", MeOut, summary="Who calls")
def me(request: HttpRequest) -> MeOut:
    """The person whose token it is, and what the token may do."""
    user, token = caller(request), token_of(request)
    return MeOut(
        name=user.display_name,
        email=user.email,
        token=token.name,
        scopes=token.scopes,
        expires_at=token.expires_at.isoformat(),
    )


@router.call("GET", "/tracks", Piece[TrackOut], summary="All tracks")
def tracks(request: HttpRequest) -> dict[str, Any]:
    """The course and the tracks that support it, with how far you are in each. All of them in one piece."""
    return {"items": [TrackOut.of(one) for one in _tracks(request)], "next": None}


@router.call("GET", "/tracks/{track}", TrackDetailOut, summary="One track")
def track(request: HttpRequest, track: Slug) -> TrackDetailOut:
    """Its sections, with their resources, exercises and quizzes in order."""
    found = next((one for one in _tracks(request) if one.track.slug == track), None)
    if found is None:
        raise Http404("There is no such track.")
    return TrackDetailOut.of(found)


@router.call("GET", "/resources", Piece[ResourceOut], summary="Resources")
def resources(
    request: HttpRequest,
    cursor: Cursor,
    limit: Limit,
    track: Annotated[str, Query("", max_length=80, description="Only of this track.")],
    concept: Annotated[str, Query("", max_length=80, description="Only on this concept.")],
) -> dict[str, Any]:
    """In the order of the curriculum."""
    rows = Resource.objects.for_page()
    if track:
        rows = rows.filter(section__track__slug=track)
    if concept:
        rows = rows.filter(concepts__slug=concept)
    done = Completion.objects.resources_of(caller(request))
    return piece(rows, lambda one: ResourceOut.of(one, done), by=IN_ORDER, cursor=cursor, limit=limit)


@router.call("GET", "/resources/{slug}", ResourceOut, summary="One resource")
def resource(request: HttpRequest, slug: Slug) -> ResourceOut:
    """Why this one, and what it is about."""
    return ResourceOut.of(_resource(slug), Completion.objects.resources_of(caller(request)))


@router.call("PUT", "/resources/{slug}/done", DoneOut, scope=Scope.LEARN, summary="Mark a resource as done")
def mark_done(request: HttpRequest, slug: Slug) -> DoneOut:
    """Doing so twice changes nothing."""
    services.mark_done(user=caller(request), resource=_resource(slug))
    return DoneOut(resource=slug, done=True)


@router.call("DELETE", "/resources/{slug}/done", DoneOut, scope=Scope.LEARN, summary="Take the mark back")
def undo_done(request: HttpRequest, slug: Slug) -> DoneOut:
    """Doing so twice changes nothing."""
    services.undo_done(user=caller(request), resource=_resource(slug))
    return DoneOut(resource=slug, done=False)


@router.call("GET", "/progress", ProgressOut, summary="How far you are")
def progress(request: HttpRequest) -> ProgressOut:
    """With each track, with the exercises, and how many reviews are due."""
    user = caller(request)
    return ProgressOut(
        tracks=[TrackProgressOut.of(one) for one in _tracks(request)],
        exercises=[BestOut.of(best) for best in Submission.objects.best_list(user)],
        reviews_due=Card.objects.due(user, timezone.now()).count(),
    )


def _tracks(request: HttpRequest) -> list[TrackProgress]:
    done = Completion.objects.resources_of(caller(request))
    return [TrackProgress.of(found, done) for found in contents.tracks(edition.current())]


def _resource(slug: str) -> Resource:
    found = Resource.objects.for_page().filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such resource.")
    return found
