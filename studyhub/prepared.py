"""A read of one person's rows that nearly every page does: its SQL is written once for each process.

For a short read the ORM takes several times as long to write the SQL as the database to answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# Stands for the person while the SQL is written; no key is negative.
ANYBODY = -8_191


class PreparedRead:
    """What `make` reads for the key of a person: a QuerySet of `values_list`, with that key in it once.

    Values come as the database hands them over. So only whole numbers, floats, texts, and whether there is a value at
    all, mean the same with each of them.
    """

    def __init__(self, make: Callable[[int], QuerySet[Any, Any]]) -> None:
        self._make = make
        self._written: tuple[str, tuple[Any, ...]] | None = None

    def rows(self, person: int) -> list[tuple[Any, ...]]:
        """One query. Raises ValueError where the person stands in it more or less often than once."""
        if self._written is None:
            sql, values = self._make(ANYBODY).query.sql_with_params()
            if values.count(ANYBODY) != 1:
                raise ValueError(f"The person stands {values.count(ANYBODY)} times in: {sql}")
            self._written = sql, values
        sql, values = self._written
        with connection.cursor() as cursor:
            cursor.execute(sql, [person if value == ANYBODY else value for value in values])
            return list(cursor.fetchall())
