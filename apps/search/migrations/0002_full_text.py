"""The index itself: a virtual table on SQLite, a table with a GIN index on PostgreSQL."""

from typing import Any

from django.db import migrations

FTS5 = "CREATE VIRTUAL TABLE search_fts USING fts5(title, concepts, body, tokenize = 'ascii')"
# Without a reference to the documents: a table that others refer to can't be emptied by itself.
VECTOR = "CREATE TABLE search_vector (document_id bigint PRIMARY KEY, vector tsvector NOT NULL)"


def make(apps: Any, editor: Any) -> None:
    """By the database."""
    if editor.connection.vendor == "postgresql":
        editor.execute(VECTOR)
        editor.execute("CREATE INDEX search_vector_gin ON search_vector USING gin (vector)")
    else:
        editor.execute(FTS5)


def drop(apps: Any, editor: Any) -> None:
    """Back again."""
    editor.execute(f"DROP TABLE {'search_vector' if editor.connection.vendor == 'postgresql' else 'search_fts'}")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(make, drop)]
