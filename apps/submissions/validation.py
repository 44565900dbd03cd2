"""From an uploaded file to a notebook that may be run, or to a refusal that says what to do. Imports no Django.

Learner code is not judged here; only what a notebook file is made of. Outputs, execution counts and widget states are
dropped, and of the metadata only what running needs is kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import nbformat

from .messages import UPLOAD

MB = 1024 * 1024
CELLS = 500
DEPTH = 60
SOURCE_BYTES = 1 * MB
ATTACHMENT_BYTES = 2 * MB
CELL_TYPES = {"code", "markdown", "raw"}
# What Python calls itself in the metadata of Jupyter, Colab, Kaggle and older IPython.
PYTHON = {"python", "python3", "ipython", "ipython3"}
# Others mean something to papermill ("parameters") or to nobody here.
KEPT_TAGS = ("public-check", "raises-exception")


class UploadRefused(Exception):
    """A file that can't be handed in. `id` names the message in messages.UPLOAD, filled with `facts`: what to do."""

    def __init__(self, id: str, **facts: object) -> None:
        self.id, self.facts = id, facts
        super().__init__(UPLOAD[id].format(**facts))


@dataclass(frozen=True)
class Notebook:
    """A notebook that may be run: `content` is nbformat 4 as plain JSON data, `version` the starter's digest or ""."""

    content: dict[str, Any]
    version: str


def read_notebook(data: bytes, *, exercise: str, limit_mb: int) -> Notebook:
    """Check the uploaded bytes step by step and clean what they hold.

    1. size and text; 2. JSON, neither too deep nor anything else; 3. a notebook, brought to format 4 where nbformat
    can; 4. its language and its exercise; 5. its cells: outputs dropped, sizes capped, something to run.

    Raises UploadRefused.
    """
    raw = _parse(_text(data, limit_mb))
    nodes = _upgraded(raw)
    metadata = nodes.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    _check_language(metadata)
    starter = metadata.get("studyhub")
    starter = starter if isinstance(starter, dict) else {}
    other = starter.get("exercise")
    if isinstance(other, str) and other != exercise:
        raise UploadRefused("other-exercise", other=other[:80], exercise=exercise)
    version = starter.get("version")
    version = version if isinstance(version, str) and re.fullmatch(r"[0-9a-f]{64}", version) else ""
    cells = _cells(nodes["cells"])
    kept: dict[str, Any] = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "studyhub": {"exercise": exercise, "version": version},
    }
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": kept, "cells": cells}
    try:
        nbformat.validate(nbformat.from_dict(content))
    except nbformat.ValidationError as error:
        raise UploadRefused("not-notebook", problem=_first_line(str(error))) from error
    return Notebook(content, version)


def _text(data: bytes, limit_mb: int) -> str:
    if not data.strip():
        raise UploadRefused("empty")
    if len(data) > limit_mb * MB:
        raise UploadRefused("too-large", size=_size(len(data)), limit=f"{limit_mb} MB")
    if data.startswith(b"PK\x03\x04"):
        raise UploadRefused("zip")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadRefused("not-utf8") from error


def _parse(text: str) -> dict[str, Any]:
    # Measured before parsing, for json.loads recurses.
    if _too_deep(text):
        raise UploadRefused("too-deep")
    try:
        raw = json.loads(text, parse_constant=_no_constant, parse_int=_bounded_int)
    except json.JSONDecodeError as error:
        raise UploadRefused("not-json", line=error.lineno) from error
    except ValueError as error:
        raise UploadRefused("not-json", line=1) from error
    if not isinstance(raw, dict):
        raise UploadRefused("not-notebook", problem="its outermost part is not an object")
    return raw


def _too_deep(text: str) -> bool:
    """Whether brackets outside strings nest deeper than DEPTH."""
    depth = 0
    # A string that is never closed runs to the end, or each of its quotes would be tried as a beginning.
    for token in re.finditer(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', text, re.DOTALL):
        first = token.group()[0]
        if first in "[{":
            depth += 1
            if depth > DEPTH:
                return True
        elif first in "]}":
            depth -= 1
    return False


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _bounded_int(digits: str) -> int:
    if len(digits) > 18:
        raise ValueError("a number too long for a notebook")
    return int(digits)


def _upgraded(raw: dict[str, Any]) -> dict[str, Any]:
    """The notebook in format 4. Formats before 4 keep their cells in worksheets; nbformat moves them."""
    major = raw.get("nbformat")
    if isinstance(major, bool) or not isinstance(major, int):
        raise UploadRefused("not-notebook", problem="it has no field “nbformat”")
    if major > 4:
        raise UploadRefused("future-format", version=major)
    if major < 3:
        raise UploadRefused("old-format", version=major)
    if major == 3:
        try:
            raw = dict(nbformat.convert(nbformat.from_dict(raw), 4))
        except Exception as error:  # nbformat's converters raise whatever a malformed notebook makes them stumble over
            raise UploadRefused("old-format", version=major) from error
    if not isinstance(raw.get("cells"), list):
        raise UploadRefused("not-notebook", problem="it has no list of cells")
    return raw


def _check_language(metadata: dict[str, Any]) -> None:
    kernel, info = metadata.get("kernelspec"), metadata.get("language_info")
    named = [
        info.get("name") if isinstance(info, dict) else None,
        kernel.get("language") if isinstance(kernel, dict) else None,
    ]
    for language in named:
        if isinstance(language, str) and language and language.lower() not in PYTHON:
            raise UploadRefused("other-language", language=language[:40])
    # Kernels of other languages that forget to say their language are known by their names.
    name = kernel.get("name") if isinstance(kernel, dict) else None
    if isinstance(name, str) and re.match(
        r"(ir|julia|rust|javascript|deno|octave|sas|bash|scala|xcpp)\b", name.lower()
    ):
        raise UploadRefused("other-language", language=name[:40])


def _cells(nodes: list[Any]) -> list[dict[str, Any]]:
    if len(nodes) > CELLS:
        raise UploadRefused("too-many-cells", count=len(nodes), limit=CELLS)
    cells, ids = [], set[str]()
    source_bytes = attached_bytes = 0
    for position, node in enumerate(nodes):
        kind = node.get("cell_type") if isinstance(node, dict) else None
        if not isinstance(kind, str) or kind not in CELL_TYPES:
            raise UploadRefused("not-notebook", problem=f"its cell {position + 1} is of no known kind")
        source = _joined(node.get("source"), position)
        source_bytes += len(source.encode())
        cell: dict[str, Any] = {
            "id": _unique_id(node.get("id"), position, ids),
            "cell_type": kind,
            "metadata": _kept_metadata(node.get("metadata")),
            "source": source,
        }
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        elif isinstance(node.get("attachments"), dict):
            cell["attachments"] = node["attachments"]
            attached_bytes += len(json.dumps(node["attachments"]))
        cells.append(cell)
    if source_bytes > SOURCE_BYTES:
        raise UploadRefused("too-much-source", size=_size(source_bytes), limit=_size(SOURCE_BYTES))
    if attached_bytes > ATTACHMENT_BYTES:
        raise UploadRefused("too-much-attached", size=_size(attached_bytes), limit=_size(ATTACHMENT_BYTES))
    if not any(cell["cell_type"] == "code" and cell["source"].strip() for cell in cells):
        raise UploadRefused("no-code")
    return cells


def _joined(source: Any, position: int) -> str:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise UploadRefused("not-notebook", problem=f"the source of its cell {position + 1} is not text")
    # Half of a surrogate pair passes JSON; no database and no kernel takes it.
    return source.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _unique_id(given: Any, position: int, ids: set[str]) -> str:
    name = given if isinstance(given, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", given) else f"cell-{position}"
    while name in ids:
        name = f"{name[:50]}-{position}"
    ids.add(name)
    return name


def _kept_metadata(metadata: Any) -> dict[str, Any]:
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    if not isinstance(tags, list):
        return {}
    kept = [tag for tag in KEPT_TAGS if tag in tags]
    return {"tags": kept} if kept else {}


def _size(size: int) -> str:
    return f"{size / MB:.1f} MB" if size >= MB else f"{size // 1024 or 1} kB"


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200] if text.strip() else "it breaks the notebook format"
