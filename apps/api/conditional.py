"""ETags on what is read, made from the answer itself."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from ninja import Schema

from .problems import respond


def with_etag(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer to a read with its ETag; a 304 without a body where the caller has just that. Others as they are.

    Where the caller asks for what is no longer so, 412.
    """
    if request.method not in {"GET", "HEAD"} or response.status_code != 200:
        return response
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    response["ETag"] = etag
    # One address says something else to each token, and no cache between may keep it.
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Authorization"])
    found = cast(HttpResponse, get_conditional_response(request, etag=etag, response=response))
    return respond(request, "changed") if found.status_code == HTTPStatus.PRECONDITION_FAILED else found


def as_json(request: HttpRequest, answer: Schema, *, status: int = 200) -> HttpResponse:
    """`answer` as the body, for calls that say more than a body."""
    content_type = "application/json; charset=utf-8"
    return with_etag(request, HttpResponse(answer.model_dump_json(), status=status, content_type=content_type))
