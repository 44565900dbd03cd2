"""The schema as it is given out: ninja's, with the scopes and the refusals of each call."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from studyhub.problem_details import CONTENT_TYPE

from .router import REFUSALS, SCOPE

ETAG = {"ETag": {"description": "Send it back as If-None-Match to be told 304.", "schema": {"type": "string"}}}
# What every call with a token may be refused with.
ALWAYS = (401, 403, 429)
PROBLEM = {
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "id"],
    "properties": {
        "type": {"type": "string", "description": "Where this kind of problem is described."},
        "title": {"type": "string", "description": "What is wrong."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong here, and what to do."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "id": {"type": "string", "description": "Which kind of problem it is: stays the same when words change."},
        "errors": {
            "type": "array",
            "description": "Which parts of the request are wrong.",
            "items": {
                "type": "object",
                "required": ["where", "message"],
                "properties": {"where": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def completed(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema` with its own members turned into those that every tool understands."""
    schema["components"]["schemas"]["Problem"] = PROBLEM
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            scope, refusals = call[SCOPE], call.pop(REFUSALS)
            call["security"] = [{"Token": [scope]}]
            answers = call["responses"]
            if method == "get":
                answers[200].setdefault("headers", {}).update(ETAG)
                answers[304] = {"description": "Not changed since the ETag that was sent."}
            parameters = any(one["in"] in {"query", "path"} for one in call["parameters"])
            wrong = (400, 422) if parameters or "requestBody" in call else ()
            missing = (404,) if "{" in path else ()
            conditional = (412,) if method == "get" else ()
            for status in sorted({*ALWAYS, *wrong, *missing, *conditional, *refusals}):
                answers[status] = {
                    "description": HTTPStatus(status).phrase,
                    "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
    return schema
