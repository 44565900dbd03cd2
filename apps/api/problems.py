"""What a call is refused with: problem details as in RFC 9457, each kind with an id of its own, worded here only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from apps.submissions.messages import UPLOAD
from apps.submissions.validation import UploadRefused
from studyhub.problem_details import BEFORE, Kind, problem
from studyhub.ratelimits import RateExceeded, in_words

if TYPE_CHECKING:
    from ninja import NinjaAPI

REALM = 'Bearer realm="StudyHub"'


KINDS: dict[str, Kind] = {
    "no-token": Kind(
        HTTPStatus.UNAUTHORIZED,
        "A token is needed",
        "Make one under Your account, Tokens for programs, and send it as “Authorization: Bearer …”.",
    ),
    "bad-token": Kind(
        HTTPStatus.UNAUTHORIZED, "This token lets nobody in", "Make a new one under Your account, Tokens for programs."
    ),
    "missing-scope": Kind(
        HTTPStatus.FORBIDDEN, "This token may not do that", "Make a token that may, and use it for this call."
    ),
    "forbidden": Kind(HTTPStatus.FORBIDDEN, "You may not do that", "Ask a lead of the group."),
    "not-found": Kind(
        HTTPStatus.NOT_FOUND, "There is no such thing, or none that you may see", "Check the address, and whose it is."
    ),
    "no-method": Kind(
        HTTPStatus.METHOD_NOT_ALLOWED, "Nothing is done here by this method", "Use one that the header Allow names."
    ),
    **BEFORE,
    "unreadable-body": Kind(HTTPStatus.BAD_REQUEST, "The body can't be read", "Send JSON in UTF-8."),
    "invalid": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "Something about the request is wrong", "Change what “errors” names."
    ),
    "bad-cursor": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This cursor is not one of ours",
        "Use “next” as it came, or begin without one.",
    ),
    "bad-key": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This Idempotency-Key can't be used",
        "Use 1 to 100 printable ASCII characters, such as a UUID.",
    ),
    "wrong-type": Kind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "Nothing can be made of this type of body",
        "Send multipart/form-data with a file “notebook”, or the notebook itself as application/json.",
    ),
    "changed": Kind(
        HTTPStatus.PRECONDITION_FAILED,
        "It is not what you have",
        "Read it without If-Match and If-Unmodified-Since.",
    ),
    "not-ended": Kind(
        HTTPStatus.CONFLICT, "It has no result yet", "Watch it until “ended” is true: ask for it with wait=20."
    ),
    "too-late": Kind(HTTPStatus.CONFLICT, "It is too late for that", "See where it stands."),
    "attempt-ended": Kind(HTTPStatus.CONFLICT, "This attempt has ended", "Start another one."),
    "answered-otherwise": Kind(
        HTTPStatus.CONFLICT, "Another answer was given before", "The first one counts: see the question."
    ),
    "not-answered": Kind(HTTPStatus.CONFLICT, "There is nothing to rate yet", "Answer it first."),
    "no-hint": Kind(HTTPStatus.CONFLICT, "There is no further hint", "Answer without."),
    "unreadable-answer": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "The answer can't be read", "Nothing was taken: change it and answer again."
    ),
    "too-many": Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many calls", "Wait as long as Retry-After says."),
    "our-fault": Kind(
        HTTPStatus.INTERNAL_SERVER_ERROR, "Something broke on our side", "Try again; we have a record of it."
    ),
}
# Hand-ins that are refused for how things stand and not for what the file is.
STANDING = {"no-attempts", "no-entries-today", "too-many-waiting", "retired"}


class Problem(Exception):
    """A call that is refused; `id` is one of KINDS, `detail` says more than its advice does."""

    def __init__(self, id: str, detail: str = "", **more: Any) -> None:
        self.id, self.detail, self.more = id, detail, more
        super().__init__(id)


def respond(request: HttpRequest, id: str, detail: str = "", *, kind: Kind | None = None, **more: Any) -> HttpResponse:
    """The answer to a refused call; `more` are members of its own."""
    return problem(request, id, kind or KINDS[id], detail, **more)


def kind_of_upload(id: str) -> Kind:
    """How a refused hand-in is answered; the words for it are those of the page."""
    if id == "too-large":
        return KINDS["too-large"]
    status = HTTPStatus.CONFLICT if id in STANDING else HTTPStatus.UNPROCESSABLE_ENTITY
    return Kind(status, "This notebook was not taken in", UPLOAD[id])


def install(api: NinjaAPI) -> None:
    """Have every refusal of `api` answered in this form."""
    handlers: dict[type[Exception], Any] = {
        Problem: _problem,
        Http404: lambda request, error: respond(request, "not-found"),
        PermissionDenied: lambda request, error: respond(request, "forbidden", str(error)),
        UploadRefused: _upload,
        ValidationError: _invalid,
        RateExceeded: _too_many,
        HttpError: lambda request, error: respond(request, "unreadable-body"),
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def of_wrong_method(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view`, which says so in this form where nothing is done by the method that was used."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        refusal = respond(request, "no-method")
        refusal["Allow"] = response["Allow"]
        return refusal

    return wrapped


def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    response = respond(request, error.id, error.detail, **error.more)
    if error.id == "no-token":
        response["WWW-Authenticate"] = REALM
    elif error.id == "bad-token":
        response["WWW-Authenticate"] = f'{REALM}, error="invalid_token"'
    elif error.id == "missing-scope":
        response["WWW-Authenticate"] = f'{REALM}, error="insufficient_scope", scope="{error.more["scope"]}"'
    return response


def _upload(request: HttpRequest, error: UploadRefused) -> HttpResponse:
    return respond(request, error.id, str(error), kind=kind_of_upload(error.id))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [{"where": ".".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in error.errors]
    return respond(request, "invalid", errors=found)


def _too_many(request: HttpRequest, error: RateExceeded) -> HttpResponse:
    response = respond(request, "too-many", f"{error} Go on in {in_words(error.retry_after)}.")
    response["Retry-After"] = str(error.retry_after)
    return response


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Recorded as Django records what no view caught; the caller is told in the form of all refusals."""
    got_request_exception.send(sender=None, request=request)
    return respond(request, "our-fault")
