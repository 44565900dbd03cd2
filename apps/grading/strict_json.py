"""JSON from hostile hands: bounded in size, depth and count, and without the ambiguities that JSON parsers forgive."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from apps.grading.errors import ArtefactError

_INT_RANGE = range(-(2**63), 2**64)
# One pass over the text, strings skipped whole. An unfinished string is taken to the end, so this stays linear.
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


def parse(data: bytes, *, what: str, max_depth: int = 40, max_nodes: int = 200_000) -> Any:
    """The JSON value in `data` (UTF-8). `what` names the file in messages.

    Raises ArtefactError for invalid UTF-8, more than `max_depth` nested or `max_nodes` values, a key given twice,
    NaN or Infinity, a number outside 64 bits, and text that can't be encoded (lone surrogates).
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArtefactError(f"{what} is not valid UTF-8.") from error
    _check_depth(text, what, max_depth)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            raise ArtefactError(f"{what} gives a key twice.")
        return found

    def number(digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            raise ArtefactError(f"{what} holds a number that is too large.")
        return value

    def whole(digits: str) -> int:
        if len(digits) > 20 or (value := int(digits)) not in _INT_RANGE:
            raise ArtefactError(f"{what} holds a whole number of more than 64 bits.")
        return value

    def constant(name: str) -> NoReturn:
        raise ArtefactError(f"{what} holds {name}, which is not JSON.")

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_float=number, parse_int=whole, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        raise ArtefactError(f"{what} is not valid JSON.") from error
    _check_nodes(value, what, max_nodes)
    return value


def _check_depth(text: str, what: str, max_depth: int) -> None:
    """Before parsing, because the parser itself recurses."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > max_depth:
                raise ArtefactError(f"{what} is nested more than {max_depth} levels deep.")
        elif match[0] in "]}":
            depth -= 1


def _check_nodes(value: Any, what: str, max_nodes: int) -> None:
    count = 0
    waiting = [value]
    while waiting:
        node = waiting.pop()
        count += 1
        if count > max_nodes:
            raise ArtefactError(f"{what} holds more than {max_nodes} values.")
        if isinstance(node, dict):
            waiting.extend(node.keys())
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, str) and not _encodable(node):
            raise ArtefactError(f"{what} holds text that is not valid Unicode.")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
