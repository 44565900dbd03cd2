"""Refusals for programs as RFC 9457 has them, also for what stands before the API and knows nothing of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

CONTENT_TYPE = "application/problem+json"
PROGRAMS = "/api/"


@dataclass(frozen=True)
class Kind:
    """One kind of refusal: its status, what it is called, and what to do about it."""

    status: HTTPStatus
    title: str
    advice: str


# What the middleware refuses, by its id.
BEFORE = {
    "unreadable-address": Kind(
        HTTPStatus.BAD_REQUEST, "The address can't be read", "Leave the character NUL (%00) out of it."
    ),
    "no-length": Kind(
        HTTPStatus.LENGTH_REQUIRED, "The body has no length", "Send a Content-Length, and nothing in chunks."
    ),
    "too-large": Kind(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large", "Send less; of a notebook clear the outputs."
    ),
}


def is_of_program(request: HttpRequest) -> bool:
    """Whether the answer goes to a program."""
    return request.path_info.startswith(PROGRAMS)


def problem(request: HttpRequest, id: str, kind: Kind, detail: str = "", **more: Any) -> HttpResponse:
    """The answer; `detail` says more than the kind's advice does, `more` are members of its own."""
    body = {
        "type": f"{reverse('api:docs')}#problem-{id}",
        "title": kind.title,
        "status": int(kind.status),
        "detail": detail or kind.advice,
        "instance": request.path,
        "id": id,
        **more,
    }
    return HttpResponse(json.dumps(body), status=kind.status, content_type=CONTENT_TYPE)
