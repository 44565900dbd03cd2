"""Exercises, and their starters."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from apps.exercises.access import get_exercise
from apps.exercises.build import notebook_bytes, starter_zip
from apps.exercises.models import Exercise
from apps.submissions.models import Submission

from ..auth import caller
from ..conditional import with_etag
from ..paging import piece
from ..router import Calls
from ..schemas.common import SLUG, Cursor, Limit, Piece
from ..schemas.exercises import ExerciseDetailOut, ExerciseOut

router = Calls(tags=["Exercises"])
Slug = Annotated[str, Path(..., pattern=SLUG, description="As in the address of its page.")]
IN_ORDER = ("section__track__position", "section__position", "position", "slug")
NOTEBOOK = {"schema": {"type": "object"}}
FILE = {"schema": {"type": "string", "format": "binary"}}
STARTERS = {
    "responses": {
        200: {"description": "The file.", "content": {"application/zip": FILE, "application/x-ipynb+json": NOTEBOOK}}
    }
}


@router.call("GET", "/exercises", Piece[ExerciseOut], summary="Exercises on offer")
def exercises(
    request: HttpRequest,
    cursor: Cursor,
    limit: Limit,
    track: Annotated[str, Query("", max_length=80, description="Only of this track.")],
    level: Annotated[str, Query("", max_length=20, description="beginner, intermediate or advanced.")],
    concept: Annotated[str, Query("", max_length=80, description="Only on this concept.")],
) -> dict[str, Any]:
    """In the order of the curriculum."""
    rows = Exercise.objects.for_list(track=track, level=level, concept=concept)
    return piece(rows, ExerciseOut.of, by=IN_ORDER, cursor=cursor, limit=limit)


@router.call("GET", "/exercises/{slug}", ExerciseDetailOut, summary="One exercise")
def exercise(request: HttpRequest, slug: Slug) -> ExerciseDetailOut:
    """What it asks for, what is checked, what a hand-in may use, and how many attempts you have."""
    found = get_exercise(slug)
    used, attempts = Submission.objects.allowance(caller(request), found, found.current_version)
    return ExerciseDetailOut.of(found, attempts_used=used, attempts=attempts)


@router.call("GET", "/exercises/{slug}/starter", None, summary="Its starter", extra=STARTERS)
def starter(
    request: HttpRequest,
    slug: Slug,
    form: Annotated[str, Query("zip", pattern="^(zip|ipynb)$", alias="format", description="zip or ipynb.")],
) -> HttpResponse:
    """The notebook to begin with: as a zip with its data, or alone."""
    package = get_exercise(slug).current_version.package()
    content, kind, name = (
        (starter_zip(package), "application/zip", f"{slug}-starter.zip")
        if form == "zip"
        else (notebook_bytes(package), "application/x-ipynb+json", f"{slug}.ipynb")
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return with_etag(request, HttpResponse(content, content_type=kind, headers=headers))
