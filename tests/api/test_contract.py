"""The schema keeps its word: whatever is sent to a call is answered as the schema says, and never with a 500."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ninja import Schema
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from apps.api import schemas
from apps.api.api import api
from studyhub.limits import read_limits
from studyhub.wsgi import application
from tests.api.conftest import token_for

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
BOUNDED = settings(
    max_examples=10,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CALLS = [
    f"{method.upper()} {path}" for path, methods in api.get_openapi_schema()["paths"].items() for method in methods
]


@pytest.fixture
def schema(db, settings):
    settings.RATE_LIMITS = read_limits(["off"])
    # As Django's own test client has it: the connection holds the test's transaction.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("label", CALLS)
def test_a_call_keeps_to_the_schema(label, schema, everything, alice):
    world = everything(alice)
    call = schema.find_operation_by_label(label)
    headers = {"Authorization": f"Bearer {token_for(world.owner)}"}
    there = world.parameters(call.path)
    kinds = [
        # What there is, and what there is not; then what breaks the schema.
        call.as_strategy(path_parameters=there) if there else call.as_strategy(),
        call.as_strategy(),
        call.as_strategy(GenerationMode.NEGATIVE),
    ]

    @BOUNDED
    @given(case=st.one_of(kinds))
    def keeps(case):
        with transaction.atomic():
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS, headers=headers)
            transaction.set_rollback(True)

    keeps()


@pytest.mark.parametrize("label", CALLS)
def test_a_call_says_what_it_does_and_what_it_asks_for(label):
    method, path = label.split(" ", 1)
    call = api.get_openapi_schema()["paths"][path][method.lower()]
    assert call["summary"]
    assert call["description"]
    assert call["security"] == [{"Token": [call["x-scope"]]}]
    assert {401, 403, 429} <= set(call["responses"])


def test_no_two_kinds_of_answer_share_a_name():
    """ninja takes the last one of a name, and the schema would lie about the others."""
    found = [importlib.import_module(f"apps.api.schemas.{one.name}") for one in pkgutil.iter_modules(schemas.__path__)]
    classes = {one for module in found for one in vars(module).values() if inspect.isclass(one)}
    names = [one.__name__ for one in classes if issubclass(one, Schema) and one.__module__.startswith("apps.api")]
    assert len(names) == len(set(names)) > 30
