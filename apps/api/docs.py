"""The page that describes the API, made of its schema: nothing on it is written twice, nothing comes from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from apps.accounts.models import Scope

from .problems import KINDS, Kind
from .router import SCOPE

DEPTH = 5
# What stands in the place of a parameter in an example, by what is before it in the path.
EXAMPLES = {
    "tracks": "regression",
    "resources": "essence-of-calculus",
    "exercises": "linear-regression-from-scratch",
    "quizzes": "slopes",
    "groups": "our-group",
    "exports": "heat-map",
    "submissions": "3f0c9a52-8d5e-4b7b-9f53-5a2c1d9f7f10",
    "attempts": "12",
    "reviews": "34",
    "questions": "1",
}
TOKEN = "Authorization: Bearer $STUDYHUB_TOKEN"  # noqa: S105 - the name of a variable
IN_PYTHON = '"Authorization": f"Bearer {os.environ[\'STUDYHUB_TOKEN\']}"'


@dataclass(frozen=True)
class Row:
    """A parameter or a field: its name, its type, whether it must be there, and what it means."""

    name: str
    kind: str
    words: str
    required: bool = False


@dataclass(frozen=True)
class Call:
    """One call as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    scope: str
    takes: list[Row]
    body: list[Row]
    answers: list[Row]
    statuses: list[tuple[int, str]]
    curl: str
    python: str


@dataclass(frozen=True)
class Section:
    """The calls on one noun."""

    title: str
    calls: list[Call] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its place on the page."""
        return self.title.lower().replace(" ", "-")


@cache
def sections(base: str) -> list[Section]:
    """All calls, with examples for the site at `base` (no slash at its end)."""
    from .api import api

    schema = api.get_openapi_schema()
    found: dict[str, Section] = {}
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            section = found.setdefault(call["tags"][0], Section(call["tags"][0]))
            section.calls.append(_call(schema, base, path, method, call))
    return list(found.values())


def scopes() -> list[tuple[str, str]]:
    """What a token may do: the scope's name and its words."""
    return [(scope.value, str(scope.label)) for scope in Scope]


def problems() -> list[tuple[str, Kind]]:
    """Every kind of refusal that is not about the notebook itself."""
    return list(KINDS.items())


def _call(schema: dict[str, Any], base: str, path: str, method: str, call: dict[str, Any]) -> Call:
    answers = {int(status): answer for status, answer in call["responses"].items()}
    good = min(answers)
    content = answers[good].get("content", {}).get("application/json", {})
    sent = call.get("requestBody", {}).get("content", {})
    of_body = sent.get("multipart/form-data") or sent.get("application/json") or {}
    parameters = call["parameters"]
    return Call(
        id=f"call-{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=call["summary"],
        words=call.get("description", ""),
        scope=call[SCOPE],
        takes=[
            Row(one["name"], _kind(schema, one["schema"]), one.get("description", ""), one["required"])
            for one in parameters
        ],
        body=list(_rows(schema, of_body.get("schema", {}))),
        answers=list(_rows(schema, content.get("schema", {}))),
        statuses=[(status, answer.get("description", "")) for status, answer in sorted(answers.items())],
        curl=_curl(base, path, method, sent),
        python=_python(base, path, method, sent),
    )


def _resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """What a reference or a choice with null stands for."""
    for choice in part.get("anyOf", ()):
        if choice.get("type") != "null":
            return {**_resolved(schema, choice), **{key: part[key] for key in part if key == "description"}}
    if reference := part.get("$ref"):
        found: dict[str, Any] = schema["components"]["schemas"][reference.rsplit("/", 1)[-1]]
        return {**found, **{key: part[key] for key in part if key == "description"}}
    return part


def _kind(schema: dict[str, Any], part: dict[str, Any]) -> str:
    whole = _resolved(schema, part)
    kind = str(whole.get("format") or whole.get("type") or "any")
    if kind == "array":
        kind = f"list of {_kind(schema, whole.get('items', {}))}"
    elif whole.get("enum") and kind == "string":
        kind = " | ".join(whole["enum"])
    optional = any(choice.get("type") == "null" for choice in part.get("anyOf", ()))
    return f"{kind} or null" if optional else kind


def _rows(schema: dict[str, Any], part: dict[str, Any], before: str = "", depth: int = 0) -> Iterator[Row]:
    """The fields of an object, those of what is in it below each."""
    whole = _resolved(schema, part)
    required = set(whole.get("required", ()))
    for name, inner in whole.get("properties", {}).items():
        own = _resolved(schema, inner)
        is_list = own.get("type") == "array"
        below = _resolved(schema, own.get("items", {})) if is_list else own
        full = f"{before}{name}{'[]' if is_list else ''}"
        yield Row(full, _kind(schema, inner), inner.get("description", ""), name in required)
        if below.get("properties") and depth < DEPTH:
            yield from _rows(schema, below, f"{full}.", depth + 1)


def _filled(base: str, path: str) -> str:
    parts = path.strip("/").split("/")
    filled = [EXAMPLES.get(parts[n - 1], part) if part.startswith("{") else part for n, part in enumerate(parts)]
    return f"{base}/{'/'.join(filled)}"


def _example(sent: dict[str, Any]) -> str:
    """A body of JSON for the example; empty where the call takes a file or nothing."""
    if "multipart/form-data" in sent or not sent:
        return ""
    name = sent["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    return json.dumps({"AnswerIn": {"response": {"text": "0.25"}, "certainty": "sure"}}.get(name, {"rating": 3}))


def _curl(base: str, path: str, method: str, sent: dict[str, Any]) -> str:
    lines = [f'curl -H "{TOKEN}"']
    if "multipart/form-data" in sent:
        lines += ['     -H "Idempotency-Key: $(uuidgen)"', "     -F notebook=@my-notebook.ipynb"]
    elif body := _example(sent):
        lines += ['     -H "Content-Type: application/json"', f"     -d '{body}'"]
    elif method != "get":
        lines += [f"     -X {method.upper()}"]
    return " \\\n".join([*lines, f"     {_filled(base, path)}"])


def _python(base: str, path: str, method: str, sent: dict[str, Any]) -> str:
    lines = [f'    "{_filled(base, path)}",']
    if "multipart/form-data" in sent:
        lines += ["    headers={", f"        {IN_PYTHON},", '        "Idempotency-Key": str(uuid.uuid4()),', "    },"]
        lines += ['    files={"notebook": open("my-notebook.ipynb", "rb")},']
    else:
        lines += [f"    headers={{{IN_PYTHON}}},"]
        if body := _example(sent):
            lines += [f"    json={body},"]
    imports = "import os\nimport uuid\n" if "multipart/form-data" in sent else "import os\n"
    reads = "answer.content" if path.endswith(("/starter", "/notebook")) else "answer.json()"
    call = "\n".join([f"answer = requests.{method}(", *lines, ")"])
    return f"{imports}\nimport requests\n\n{call}\nanswer.raise_for_status()\nprint({reads})"
