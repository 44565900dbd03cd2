"""What a migration may do while the version before it still serves people. The reasons are in OPERATIONS.md, "Upgrade".

Django-migration-linter asks a database for each migration's SQL; this reads the operations, so it needs none, and its
advice is ours.
"""

from collections.abc import Iterator

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

# Tables that grow with every hand-in or answer: locking one stops the site.
LARGE = {
    "accounts": {"notification", "auditentry"},
    "catalog": {"completion", "note", "rating"},
    "quizzes": {"quizattempt", "answer", "card", "review"},
    "submissions": {"submission", "submittednotebook", "run", "transition", "checkresult", "standing"},
    "webhooks": {"delivery", "attempt"},
}


def complaints(app: str, migration: migrations.Migration) -> Iterator[str]:
    """What is wrong with a migration of `app`, each with what to do instead."""
    made = {op.name.lower() for op in migration.operations if isinstance(op, migrations.CreateModel)}
    for operation in _all(migration.operations):
        model = getattr(operation, "model_name", getattr(operation, "name", "")) or ""
        # A table that this migration makes is known to nobody yet.
        if model.lower() not in made or isinstance(operation, migrations.DeleteModel):
            yield from _complaint(app, model.lower(), operation)


def _all(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _all(operation.database_operations)
        else:
            yield operation


def _complaint(app: str, model: str, operation: Operation) -> Iterator[str]:
    match operation:
        case migrations.RemoveField() | migrations.DeleteModel():
            yield (
                f"{operation.describe()}: the version before still reads it. Stop reading it in one release (in the "
                "state alone, by SeparateDatabaseAndState), remove it in the next."
            )
        case migrations.RenameField() | migrations.RenameModel() | migrations.AlterModelTable():
            yield f"{operation.describe()}: the version before knows the old name. Add the new one, copy, then remove."
        case migrations.AddField(field=field) if not _fits_old_rows(field):
            yield (
                f"{operation.describe()}: the version before writes rows without it. Give it a db_default, or "
                "null=True."
            )
        case migrations.AddField(field=models.ForeignKey(db_index=True)) if model in LARGE.get(app, ()):
            yield (
                f"{operation.describe()}: nobody could write while its index is made. Give it db_index=False, and add "
                "the index by AddIndexWhileServing."
            )
        case migrations.AlterField(field=field) if not field.null and not field.many_to_many:
            yield (
                f"{operation.describe()}: it may forbid what the version before writes, and may rewrite the table. "
                "Where it does neither, allow it by name in test_migrations.py and say why."
            )
        case migrations.AddIndex() if model in LARGE.get(app, ()) and not _while_serving(operation):
            yield f"{operation.describe()}: nobody could write meanwhile. Use AddIndexWhileServing and atomic = False."
        case migrations.AddConstraint() if model in LARGE.get(app, ()):
            yield (
                f"{operation.describe()}: every row is looked at under a lock. A constraint on a large table is added "
                "in PostgreSQL's two steps (NOT VALID, VALIDATE), or allowed by name with the reason."
            )
        case migrations.RunPython(reverse_code=None) | migrations.RunSQL(reverse_sql=None):
            yield f"{operation.describe()}: there is no way back. Give its reverse, if only noop."


def _fits_old_rows(field: models.Field) -> bool:
    return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED


def _while_serving(operation: Operation) -> bool:
    return type(operation).__name__ in {"AddIndexWhileServing", "AddIndexConcurrently"}
