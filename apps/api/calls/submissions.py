"""Hand-ins: send one, watch it, read what it got."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Path, Query

from apps.accounts.models import Scope
from apps.exercises.access import get_exercise
from apps.submissions import services
from apps.submissions.access import get_readable, get_submission
from apps.submissions.models import Run, Submission

from ..auth import caller, need, token_of
from ..conditional import as_json, with_etag
from ..paging import piece
from ..problems import Problem
from ..router import Calls
from ..schemas.common import SLUG, Cursor, Limit, Piece
from ..schemas.submissions import ResultOut, SubmissionOut, SubmissionStateOut
from ..uploads import FIELD, key_of, sent
from ..watching import LONGEST_S, PLACES, changes

router = Calls(tags=["Hand-ins"])
Slug = Annotated[str, Path(..., pattern=SLUG, description="As in the address of its page.")]
NOTEBOOK = {"type": "object", "description": "The notebook as Jupyter saves it."}
FILE = {"type": "string", "contentMediaType": "application/octet-stream", "description": "The .ipynb file."}
FORM = {"type": "object", "required": [FIELD], "properties": {FIELD: FILE}}
HANDED_IN = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": FORM}, "application/json": {"schema": NOTEBOOK}},
    },
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
            "description": "Any text of your own, such as a UUID: what is sent again under it is not taken in again.",
        }
    ],
}
AS_HANDED_IN = {
    "responses": {200: {"description": "The notebook.", "content": {"application/x-ipynb+json": {"schema": NOTEBOOK}}}}
}


@router.call(
    "POST",
    "/exercises/{slug}/submissions",
    SubmissionStateOut,
    scope=Scope.SUBMIT,
    status=201,
    refusals=(400, 409, 413, 415),
    counts="upload",
    extra=HANDED_IN,
    summary="Hand in a notebook",
)
def submit(
    request: HttpRequest,
    slug: Slug,
    filename: Annotated[str, Query("", max_length=150, description="Its name, where it is sent without a form.")],
) -> HttpResponse:
    """As the file “notebook” of a form, or as JSON. It is run from the top and graded; watch it until it has ended.

    With an Idempotency-Key it is safe to send it again when you don't know whether it arrived.
    """
    exercise, key = get_exercise(slug), key_of(request)
    notebook = sent(request, filename)
    made = services.submit(
        user=caller(request), exercise=exercise, filename=notebook.filename, data=notebook.data, key=key
    )
    response = as_json(request, SubmissionStateOut.of(_readable(request, made.pk)), status=201)
    response["Location"] = reverse("api:calls:submission", args=[made.pk])
    return response


@router.call("GET", "/submissions", Piece[SubmissionOut], summary="Your hand-ins")
def submissions(
    request: HttpRequest,
    cursor: Cursor,
    limit: Limit,
    exercise: Annotated[str, Query("", max_length=80, description="Only for this exercise.")],
) -> dict[str, Any]:
    """The latest first."""
    rows = Submission.objects.of(caller(request)).with_runs()
    if exercise:
        rows = rows.filter(exercise__slug=exercise)
    return piece(rows, SubmissionOut.of, by=("-created_at", "-pk"), cursor=cursor, limit=limit)


@router.call("GET", "/submissions/{id}", SubmissionStateOut, summary="Watch a hand-in")
def submission(
    request: HttpRequest,
    id: UUID,
    wait: Annotated[int, Query(0, ge=0, le=LONGEST_S, description="Seconds to wait for something new.")],
) -> HttpResponse:
    """Where it is. With `wait`, and the ETag that you have as If-None-Match, it answers as soon as something is new.

    With 304 where nothing was. Only so many calls may wait at once; one more is answered at once, with a Retry-After.
    """
    response = _state(request, id)
    if response.status_code != 304 or not wait:
        return response
    with PLACES.place(caller(request).pk) as free:
        if not free:
            response["Retry-After"] = "2"
            return response
        for _ in changes(lambda: _trace(id), wait):
            response = _state(request, id)
            if response.status_code != 304:
                return response
    return _state(request, id)


@router.call("GET", "/submissions/{id}/result", ResultOut, refusals=(409,), summary="What it got")
def result(request: HttpRequest, id: UUID) -> ResultOut:
    """The score, and what each check found and compared."""
    found = _readable(request, id)
    if not found.run.is_final:
        raise Problem("not-ended")
    return ResultOut.of(found)


@router.call("GET", "/submissions/{id}/notebook", None, extra=AS_HANDED_IN, summary="The notebook as it was handed in")
def notebook(request: HttpRequest, id: UUID) -> HttpResponse:
    """Without outputs."""
    found = _readable(request, id)
    headers = {"Content-Disposition": f'attachment; filename="{found.exercise.slug}-{found.number}.ipynb"'}
    return with_etag(
        request, HttpResponse(found.notebook.text, content_type="application/x-ipynb+json", headers=headers)
    )


@router.call(
    "POST", "/submissions/{id}/cancel", SubmissionStateOut, scope=Scope.SUBMIT, refusals=(409,), summary="Cancel it"
)
def cancel(request: HttpRequest, id: UUID) -> SubmissionStateOut:
    """As long as it waits or runs."""
    found = _own(request, get_submission(caller(request), id))
    if not services.cancel(run=found.run, actor=caller(request)):
        raise Problem("too-late", "It has run already.")
    return SubmissionStateOut.of(_readable(request, id))


def _readable(request: HttpRequest, id: UUID) -> Submission:
    return _own(request, get_readable(caller(request), id))


def _own(request: HttpRequest, found: Submission) -> Submission:
    """Whoever may look at another's work still needs a token that says so."""
    if found.user_id != caller(request).pk:
        need(token_of(request), Scope.LEAD)
    return found


def _state(request: HttpRequest, id: UUID) -> HttpResponse:
    return as_json(request, SubmissionStateOut.of(_readable(request, id)))


def _trace(id: UUID) -> tuple[Any, ...] | None:
    """What changes whenever there may be something new; one query."""
    runs = Run.objects.filter(submission=id, trial=False).order_by("-queued_at", "-pk")
    return runs.values_list("pk", "state", "attempt", "released_at", "heartbeat_at", "verdict", "score").first()
