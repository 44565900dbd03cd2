"""The index behind one interface: SQLite's FTS5 or PostgreSQL's full text, by the database that there is.

Both hold the words of words.py in three fields of falling weight (title, concepts, text), the row's number that of the
Document. Queries are built here from words of a to z and digits alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from django.db import connection
from django.db.models import QuerySet

from .models import Document, Kind
from .words import Asked, indexed

WEIGHTS = (12.0, 4.0, 1.0)


class Backend(Protocol):
    """What an index can do."""

    def index(self, documents: Iterable[Document]) -> None:
        """Take in saved documents, anew where they were in it."""

    def forget(self, keys: Iterable[int]) -> None:
        """Drop documents by their primary keys."""

    def empty(self) -> None:
        """Drop all there is, that of documents long gone too."""

    def query(self, asked: Asked, among: QuerySet[Document], *, most: int) -> dict[int, float]:
        """Of `among` what has all that is asked for: primary keys with ranks, higher is better; the best `most`."""

    def count(self) -> int:
        """How many documents it holds."""


def backend() -> Backend:
    """That of this site's database."""
    return Postgres() if connection.vendor == "postgresql" else Sqlite()


class Sqlite:
    """A virtual table of FTS5, ranked by BM25 with weights."""

    def index(self, documents: Iterable[Document]) -> None:
        """See Backend."""
        found = list(documents)
        self.forget(one.pk for one in found)
        rows = [(one.pk, *_fields(one)) for one in found]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO search_fts (rowid, title, concepts, body) VALUES (%s, %s, %s, %s)", rows)

    def forget(self, keys: Iterable[int]) -> None:
        """See Backend."""
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM search_fts WHERE rowid = %s", [(key,) for key in keys])

    def empty(self) -> None:
        """See Backend."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_fts")

    def query(self, asked: Asked, among: QuerySet[Document], *, most: int) -> dict[int, float]:
        """See Backend."""
        phrases = ['"' + " ".join(phrase) + '"' for phrase in asked.phrases]
        if asked.is_open:
            phrases[-1] += "*"
        without = "".join(f' NOT "{" ".join(phrase)}"' for phrase in asked.without)
        # A number is given as text: FTS5 takes weights as they stand in the statement.
        rank = f"bm25(search_fts, {', '.join(map(str, WEIGHTS))})"
        inside, values = among.values("pk").query.sql_with_params()
        statement = (
            f"SELECT rowid, {rank} AS score FROM search_fts WHERE search_fts MATCH %s AND rowid IN ({inside}) "  # noqa: S608 - by the ORM
            "ORDER BY score LIMIT %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [f"({' AND '.join(phrases)}){without}", *values, most])
            return {key: -score for key, score in cursor.fetchall()}

    def count(self) -> int:
        """See Backend."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM search_fts")
            return int(cursor.fetchone()[0])


class Postgres:
    """A table with a tsvector and a GIN index, beside the documents."""

    def index(self, documents: Iterable[Document]) -> None:
        """See Backend."""
        statement = (
            "INSERT INTO search_vector (document_id, vector) VALUES (%s, setweight(to_tsvector('simple', %s), 'A') "
            "|| setweight(to_tsvector('simple', %s), 'B') || setweight(to_tsvector('simple', %s), 'C')) "
            "ON CONFLICT (document_id) DO UPDATE SET vector = excluded.vector"
        )
        with connection.cursor() as cursor:
            cursor.executemany(statement, [(one.pk, *_fields(one)) for one in documents])

    def forget(self, keys: Iterable[int]) -> None:
        """See Backend."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_vector WHERE document_id = ANY(%s)", [list(keys)])

    def empty(self) -> None:
        """See Backend."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_vector")

    def query(self, asked: Asked, among: QuerySet[Document], *, most: int) -> dict[int, float]:
        """See Backend."""
        phrases = ["(" + " <-> ".join(phrase) + ")" for phrase in asked.phrases]
        if asked.is_open:
            phrases[-1] = f"{asked.phrases[-1][0]}:*"
        phrases += ["!(" + " <-> ".join(phrase) + ")" for phrase in asked.without]
        top = WEIGHTS[0]
        weights = [0.0, *(weight / top for weight in reversed(WEIGHTS))]  # of D, C, B and A
        # 1: a long text says each word more often; it is divided by the logarithm of its length.
        inside, values = among.values("pk").query.sql_with_params()
        ranked = "SELECT document_id, ts_rank(%s::real[], vector, asked, 1) AS score FROM search_vector, "
        matching = "to_tsquery('simple', %s) AS asked WHERE vector @@ asked AND document_id IN "
        statement = f"{ranked}{matching}({inside}) ORDER BY score DESC LIMIT %s"
        with connection.cursor() as cursor:
            cursor.execute(statement, [weights, " & ".join(phrases), *values, most])
            return dict(cursor.fetchall())

    def count(self) -> int:
        """See Backend."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM search_vector")
            return int(cursor.fetchone()[0])


def _fields(document: Document) -> tuple[str, str, str]:
    """A question bears its quiz's title, which is found by itself."""
    title = "" if document.kind == Kind.QUESTION else document.title
    return indexed(title), indexed(document.concepts), indexed(document.text)
