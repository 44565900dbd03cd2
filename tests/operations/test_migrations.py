"""A new version's tables fit the version before: both run for a while."""

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from studyhub.migration_operations import AddIndexWhileServing
from tests.operations.migration_rules import LARGE, complaints

# The latest migration of each app before the rule: no version before these has ever served people.
BEFORE = {
    "accounts": "0005",
    "catalog": "0003",
    "exercises": "0001",
    "groups": "0003",
    "quizzes": "0004",
    "studyhub": "0002",
    "submissions": "0010",
}
# Migrations that break a rule and may: (app, name): why.
ALLOWED: dict[tuple[str, str], str] = {}


def ours() -> dict[tuple[str, str], migrations.Migration]:
    labels = {config.label for config in apps.get_app_configs() if config.name.startswith(("apps.", "studyhub"))}
    return {key: found for key, found in MigrationLoader(None).disk_migrations.items() if key[0] in labels}


def test_migrations_fit_the_version_before():
    found = {
        f"{app}.{name}": list(complaints(app, migration))
        for (app, name), migration in ours().items()
        if name[:4] > BEFORE.get(app, "") and (app, name) not in ALLOWED
    }
    assert {name: said for name, said in found.items() if said} == {}


def test_what_is_allowed_is_there_and_breaks_a_rule():
    for (app, name), why in ALLOWED.items():
        assert why
        assert list(complaints(app, ours()[app, name]))


def test_large_tables_are_known_by_their_names():
    for label, names in LARGE.items():
        assert names <= {model._meta.model_name for model in apps.get_app_config(label).get_models()}


def said(*operations, app="submissions") -> list[str]:
    migration = migrations.Migration("0099_next", app)
    migration.operations = list(operations)
    return list(complaints(app, migration))


INDEX = models.Index(fields=["state"], name="run_by_state")
MADE = migrations.CreateModel("Run", [("id", models.BigAutoField(primary_key=True))])


@pytest.mark.parametrize(
    ("operation", "advice"),
    [
        (migrations.RemoveField("run", "seed"), "Stop reading it in one release"),
        (migrations.DeleteModel("Run"), "Stop reading it in one release"),
        (migrations.RenameField("run", "seed", "start"), "Add the new one, copy, then remove"),
        (migrations.RenameModel("Run", "Ran"), "Add the new one, copy, then remove"),
        (migrations.AddField("run", "colour", models.CharField(max_length=9, default="red")), "Give it a db_default"),
        (migrations.AlterField("run", "seed", models.BigIntegerField()), "allow it by name"),
        (migrations.AddIndex("run", INDEX), "Use AddIndexWhileServing"),
        (
            migrations.AddField("run", "by", models.ForeignKey("x.Y", models.SET_NULL, null=True)),
            "Give it db_index=False",
        ),
        (migrations.AddConstraint("run", models.UniqueConstraint(fields=["seed"], name="once")), "NOT VALID, VALIDATE"),
        (migrations.RunPython(lambda apps, editor: None), "Give its reverse"),
        (migrations.RunSQL("SELECT 1"), "Give its reverse"),
    ],
)
def test_what_does_not_fit_is_found_with_what_to_do(operation, advice):
    (complaint,) = said(operation)
    assert advice in complaint
    assert advice in said(migrations.SeparateDatabaseAndState(database_operations=[operation]))[0]


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("run", "colour", models.CharField(max_length=9, db_default="red"))],
        [migrations.AddField("run", "colour", models.CharField(max_length=9, null=True))],
        [migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("run", "seed")])],
        [AddIndexWhileServing("run", INDEX)],
        [migrations.AddField("run", "by", models.ForeignKey("x.Y", models.SET_NULL, null=True, db_index=False))],
        [migrations.AddIndex("exercise", INDEX)],
        [MADE, migrations.AddIndex("run", INDEX), migrations.AddField("run", "seed", models.IntegerField())],
        [migrations.RunPython(lambda apps, editor: None, migrations.RunPython.noop)],
    ],
)
def test_what_fits_is_let_through(operations):
    assert said(*operations) == []


@pytest.mark.django_db(transaction=True)
def test_an_index_is_made_while_people_write_and_taken_back():
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=9))]
    state.add_model(ModelState("studyhub", "Tried", fields, {"indexes": []}))
    model = state.apps.get_model("studyhub", "Tried")
    operation = AddIndexWhileServing("tried", models.Index(fields=["name"], name="tried_by_name"))
    after = state.clone()
    operation.state_forwards("studyhub", after)

    def indexes() -> set[str]:
        with connection.cursor() as cursor:
            return set(connection.introspection.get_constraints(cursor, "studyhub_tried"))

    with connection.schema_editor() as editor:
        editor.create_model(model)
    try:
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("studyhub", editor, state, after)
        assert "tried_by_name" in indexes()
        with connection.schema_editor(atomic=False) as editor:
            operation.database_backwards("studyhub", editor, after, state)
        assert "tried_by_name" not in indexes()
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(model)
