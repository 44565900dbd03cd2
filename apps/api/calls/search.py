"""Search, as on the site's own page."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query

from apps.search.finding import find
from apps.search.models import Kind
from apps.search.words import LONGEST

from ..auth import caller
from ..paging import ranked
from ..router import Calls
from ..schemas.common import Cursor, Limit
from ..schemas.search import FoundOut, HitOut

router = Calls(tags=["Search"])
Text = Annotated[str, Query("", max_length=LONGEST, description="Words; “several in quotes”, and -not these.")]
OfKind = Annotated[str, Query("", pattern=f"^({'|'.join(Kind.values)})?$", description="Only these.")]
OfTrack = Annotated[str, Query("", max_length=80, description="The slug of a track: only what is in it.")]


@router.call("GET", "/search", FoundOut, summary="Find things by words")
def search(request: HttpRequest, cursor: Cursor, limit: Limit, q: Text, kind: OfKind, track: OfTrack) -> dict[str, Any]:
    """Concepts, resources, exercises, quizzes and what they ask, and the plans of your groups; the best first.

    Where nothing has the words as they are spelt, `instead` says what was looked for.
    """
    found = find(caller(request), q, kind=kind, track=track)
    piece = ranked(found.hits, HitOut.of, key=lambda hit: hit.document.pk, cursor=cursor, limit=limit)
    return {**piece, "total": len(found.hits), "instead": found.instead or None}
