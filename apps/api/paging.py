"""Lists in pieces, by a cursor that names the last row that was seen: rows that are added meanwhile move nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from pydantic import BaseModel

from .problems import Problem

LIMIT = 50
MOST = 100
SALT = "api.cursor"


def piece(
    rows: QuerySet[Any],
    show: Callable[[Any], BaseModel],
    *,
    by: tuple[str, ...],
    cursor: str,
    limit: int,
    read: Callable[[QuerySet[Any]], list[Any]] = list,
) -> dict[str, Any]:
    """`limit` of `rows` after `cursor`, each as `show` makes it, and the cursor of what follows (None: nothing).

    `by` are lookups that together are unique, a `-` before one that falls; none of them may be null. `read` fetches
    the rows where a plain list is not enough. Raises Problem for a cursor that this list did not give.
    """
    names = [name.removeprefix("-") for name in by]
    if cursor:
        rows = rows.filter(_after(by, _decoded(cursor, names)))
    found = read(rows.order_by(*by)[: limit + 1])
    following = None
    if len(found) > limit:
        following = signing.dumps([*names, *(_plain(_value(found[limit - 1], name)) for name in names)], salt=SALT)
    return {"items": [show(one) for one in found[:limit]], "next": following}


def ranked(
    found: Sequence[Any], show: Callable[[Any], BaseModel], *, key: Callable[[Any], int], cursor: str, limit: int
) -> dict[str, Any]:
    """The same of a list that is in the order of its rank; the cursor names the last one that was seen.

    Raises Problem where that one is no longer in the list: then one has to begin anew.
    """
    start = 0
    if cursor:
        (seen,) = _decoded(cursor, ["rank"])
        start = next((place + 1 for place, one in enumerate(found) if key(one) == seen), 0)
        if not start:
            raise Problem("bad-cursor", "What was found has changed meanwhile. Begin without a cursor.")
    shown = found[start : start + limit]
    more = start + limit < len(found)
    following = signing.dumps(["rank", key(shown[-1])], salt=SALT) if more else None
    return {"items": [show(one) for one in shown], "next": following}


def _after(by: tuple[str, ...], values: list[Any]) -> Q:
    """Beyond these values: greater in the first place, or equal there and greater in the second, and so on."""
    conditions = []
    for place, name in enumerate(by):
        same = {earlier.removeprefix("-"): value for earlier, value in zip(by[:place], values, strict=False)}
        beyond = f"{name[1:]}__lt" if name.startswith("-") else f"{name}__gt"
        conditions.append(Q(**same, **{beyond: values[place]}))
    return reduce(lambda one, other: one | other, conditions)


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _plain(value: Any) -> Any:
    return ["at", value.isoformat()] if isinstance(value, datetime) else value if isinstance(value, int) else str(value)


def _decoded(cursor: str, names: list[str]) -> list[Any]:
    try:
        found = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        raise Problem("bad-cursor") from None
    if found[: len(names)] != names:
        raise Problem("bad-cursor", "This cursor belongs to another list. Use it where it came from.")
    return [datetime.fromisoformat(one[1]) if isinstance(one, list) else one for one in found[len(names) :]]
