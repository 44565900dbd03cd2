"""The API as a whole: its calls, how refusals and unchanged answers are said."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.operation import Operation

from . import problems
from .calls import catalog, exercises, groups, quizzes, reviews, search, submissions
from .conditional import with_etag
from .openapi import completed

VERSION = "1.0.0"
DESCRIPTION = """\
Read the curriculum and your progress, hand in notebooks and see what became of them, take quizzes and reviews; leads
read what their groups do.

Send a token with each call: `Authorization: Bearer studyhub_…`. Times are in UTC. A list comes in pieces: `next` is the
`cursor` of the following one, null at the end. An answer to GET has an ETag: sent back as `If-None-Match`, it is
answered with 304 while nothing is new. What is refused is said in problem details (RFC 9457); its `id` stays the same
when words change.
"""


class StudyHubAPI(NinjaAPI):
    """ninja's, with ETags on what is read, and a schema that says scopes and refusals."""

    _schema: dict[str, Any] | None = None

    def create_response(
        self, request: HttpRequest, data: Any, *, status: int | None = None, temporal_response: Any = None
    ) -> HttpResponse:
        """Called by ninja with what a call returned."""
        response = super().create_response(request, data, status=status, temporal_response=temporal_response)
        return with_etag(request, response)

    @property
    def urls(self) -> tuple[list[Any], str, str]:
        """The addresses; what ninja says of a wrong method itself is said in our form too."""
        patterns, app, namespace = super().urls
        for pattern in patterns:
            pattern.callback = problems.of_wrong_method(pattern.callback)
        return patterns, app, namespace

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The noun and the name: submissions_submit."""
        call = operation.view_func
        return f"{call.__module__.rpartition('.')[2]}_{call.__name__}"

    def get_openapi_schema(self, **options: Any) -> dict[str, Any]:  # type: ignore[override]
        """The schema, complete; the same for as long as the process lives."""
        if self._schema is None:
            self._schema = completed(super().get_openapi_schema())
        return self._schema


api = StudyHubAPI(title="StudyHub", version=VERSION, description=DESCRIPTION, docs_url=None, urls_namespace="api:calls")
problems.install(api)
for calls in (catalog, exercises, submissions, quizzes, reviews, groups, search):
    api.add_router("", calls.router)
