"""Groups: one's own work in them, and for leads the tables of the dashboard."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from apps.accounts.models import Scope
from apps.groups.access import get_leadership, get_membership
from apps.groups.dashboard.files import FORMATS, export_of
from apps.groups.overview import Overview, own_groups

from ..auth import caller
from ..conditional import as_json, with_etag
from ..router import Calls
from ..schemas.common import SLUG, Piece
from ..schemas.groups import GroupDetailOut, GroupOut, TableOut

router = Calls(tags=["Groups"])
Slug = Annotated[str, Path(..., pattern=SLUG, description="As in the address of its page.")]
FILE = {"schema": {"type": "string", "format": "binary"}}
AS_FILES = {"responses": {200: {"content": {kind.partition(";")[0]: FILE for kind in FORMATS.values()}}}}


@router.call("GET", "/groups", Piece[GroupOut], summary="Your groups")
def groups(request: HttpRequest) -> dict[str, Any]:
    """Archived ones last. All of them in one piece."""
    return {"items": [GroupOut.of(one) for one in own_groups(caller(request))], "next": None}


@router.call("GET", "/groups/{slug}", GroupDetailOut, summary="One group")
def group(request: HttpRequest, slug: Slug) -> GroupDetailOut:
    """Its next meeting, what is to be done, and how far you are with it."""
    return GroupDetailOut.of(Overview(get_membership(caller(request), slug)))


@router.call(
    "GET", "/groups/{slug}/exports/{table}", TableOut, scope=Scope.LEAD, extra=AS_FILES, summary="A table for leads"
)
def export(
    request: HttpRequest,
    slug: Slug,
    table: Annotated[Literal["heat-map", "needs-help"], Path(..., description="Where all stand, or who needs help.")],
    form: Annotated[Literal["json", "csv", "xlsx"], Query("json", alias="format", description="What to get it as.")],
    track: Annotated[str, Query("", max_length=80, description="Only items of this track.")],
    required: Annotated[bool, Query(False, description="Only what is required.")],
) -> HttpResponse:
    """Where each member stands with each item, or who needs help and why: all rows, as the dashboard has them."""
    found = export_of(
        get_leadership(caller(request), slug), table, {"track": track, "required": "1" if required else ""}
    )
    if form == "json":
        return as_json(request, TableOut.of(found))
    headers = {"Content-Disposition": f'attachment; filename="{found.name}.{form}"'}
    return with_etag(request, HttpResponse(found.content(form), content_type=FORMATS[form], headers=headers))
