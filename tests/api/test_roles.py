"""Who gets what from every call, by role and by the scope of the token. A call without a line here fails.

For a new call: put its method and path into CALLS, with the scope that it asks for and who may make it.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import AccessToken, Scope
from apps.api.api import api
from apps.groups.models import Membership, Role
from studyhub.limits import read_limits
from tests.api.conftest import Program, World, token_for
from tests.submissions.conftest import notebook_bytes

EVERYBODY = {"stranger": "ok", "staff": "ok", "former": "ok", "member": "ok", "colead": "ok", "lead": "ok"}
MEMBERS = EVERYBODY | {"stranger": 404, "staff": 404, "former": 404}
LEADS = MEMBERS | {"member": 403}
# Things are Bob's, the member's: whoever helps him may look, and only with a token for leading.
ITS_LEARNER = {"stranger": 404, "staff": 404, "former": 404, "member": "ok", "colead": 404, "lead": 404}
HELPERS = ITS_LEARNER | {"staff": "ok", "colead": "ok", "lead": "ok"}
ITS_LEARNER_OR_STAFF = ITS_LEARNER | {"staff": "ok"}


class Expected(NamedTuple):
    """The scope that a call asks for, and what each role gets with a token of all scopes: "ok" or a status."""

    scope: Scope
    roles: dict[str, object]


CALLS: dict[str, Expected] = {
    "GET /me": Expected(Scope.READ, EVERYBODY),
    "GET /tracks": Expected(Scope.READ, EVERYBODY),
    "GET /tracks/{track}": Expected(Scope.READ, EVERYBODY),
    "GET /resources": Expected(Scope.READ, EVERYBODY),
    "GET /resources/{slug}": Expected(Scope.READ, EVERYBODY),
    "PUT /resources/{slug}/done": Expected(Scope.LEARN, EVERYBODY),
    "DELETE /resources/{slug}/done": Expected(Scope.LEARN, EVERYBODY),
    "GET /progress": Expected(Scope.READ, EVERYBODY),
    "GET /search": Expected(Scope.READ, EVERYBODY),
    "GET /exercises": Expected(Scope.READ, EVERYBODY),
    "GET /exercises/{slug}": Expected(Scope.READ, EVERYBODY),
    "GET /exercises/{slug}/starter": Expected(Scope.READ, EVERYBODY),
    "POST /exercises/{slug}/submissions": Expected(Scope.SUBMIT, EVERYBODY),
    "GET /submissions": Expected(Scope.READ, EVERYBODY),
    "GET /submissions/{id}": Expected(Scope.READ, HELPERS),
    "GET /submissions/{id}/result": Expected(Scope.READ, HELPERS),
    "GET /submissions/{id}/notebook": Expected(Scope.READ, HELPERS),
    "POST /submissions/{id}/cancel": Expected(Scope.SUBMIT, ITS_LEARNER_OR_STAFF),
    "GET /quizzes": Expected(Scope.READ, EVERYBODY),
    "GET /quizzes/{slug}": Expected(Scope.READ, EVERYBODY),
    "POST /quizzes/{slug}/attempts": Expected(Scope.LEARN, EVERYBODY),
    "GET /attempts": Expected(Scope.READ, EVERYBODY),
    "GET /attempts/{id}": Expected(Scope.READ, ITS_LEARNER),
    "POST /attempts/{id}/questions/{number}/show": Expected(Scope.LEARN, ITS_LEARNER),
    "POST /attempts/{id}/questions/{number}/answer": Expected(Scope.LEARN, ITS_LEARNER),
    "POST /attempts/{id}/questions/{number}/hint": Expected(Scope.LEARN, ITS_LEARNER),
    "POST /attempts/{id}/finish": Expected(Scope.LEARN, ITS_LEARNER),
    "GET /reviews": Expected(Scope.READ, EVERYBODY),
    "POST /reviews/next": Expected(Scope.LEARN, EVERYBODY),
    "POST /reviews/{id}/answer": Expected(Scope.LEARN, ITS_LEARNER),
    "POST /reviews/{id}/rating": Expected(Scope.LEARN, ITS_LEARNER),
    "GET /groups": Expected(Scope.READ, EVERYBODY),
    "GET /groups/{slug}": Expected(Scope.READ, MEMBERS),
    "GET /groups/{slug}/exports/{table}": Expected(Scope.LEAD, LEADS),
}
BODIES = {
    "POST /exercises/{slug}/submissions": notebook_bytes(),
    "POST /attempts/{id}/questions/{number}/answer": {"response": {"text": "?"}},
    "POST /reviews/{id}/answer": {"response": {"text": "?"}},
    "POST /reviews/{id}/rating": {"rating": 3},
}
PATHS = api.get_openapi_schema()["paths"]
FOUND = sorted(f"{method.upper()} {path.removeprefix('/api')}" for path, found in PATHS.items() for method in found)
# A refusal for how things stand is none for who asks.
MAY = {200, 201, 409, 422}


@pytest.fixture
def cast(circle, alice, dana, bob, charlie, ada, django_user_model) -> dict[str, object]:
    """Somebody for each role. Erin led the circle before she left."""
    erin = django_user_model.objects.create_user("erin@example.org", "erin-secret", name="Erin")
    Membership.objects.create(group=circle, user=erin, role=Role.LEAD, left_at=timezone.now())
    return {"stranger": charlie, "staff": ada, "former": erin, "member": bob, "colead": dana, "lead": alice}


@pytest.fixture
def world(everything, bob) -> World:
    return everything(bob)


@pytest.fixture
def ask(world):
    """Make a call at something that there is, with what it needs; `ask(program, "GET /me")`."""

    def ask_(program: Program, call: str):
        method, path = call.split(" ", 1)
        with transaction.atomic():
            response = program.send(path.format(**world.parameters(path)), BODIES.get(call), method=method)
            # Whatever one of them changes is as it was for the next.
            transaction.set_rollback(True)
        return response

    return ask_


def expectation(call: str) -> Expected:
    assert call in CALLS, (
        f"{call} has no expectation: add it to CALLS in tests/api/test_roles.py, with the scope that it asks for, and "
        "what a stranger (404), a member (403 where it is for leads) and a lead get."
    )
    return CALLS[call]


def outcome(response) -> object:
    return "ok" if response.status_code in MAY else response.status_code


@pytest.mark.parametrize("call", FOUND)
def test_each_role_gets_what_it_should(call, cast, ask):
    expected = expectation(call)
    found = {who: outcome(ask(Program(token_for(user)), call)) for who, user in cast.items()}
    assert found == expected.roles


def test_a_token_needs_the_scope_of_a_call_and_no_other(bob, alice, ask):
    bobs, alices = ({scope: Program(token_for(user, scope)) for scope in Scope} for user in (bob, alice))
    for call in FOUND:
        scope = expectation(call).scope
        programs = alices if scope == Scope.LEAD else bobs
        for other in set(Scope) - {scope}:
            response = ask(programs[other], call)
            assert (call, response.status_code, response.json()["scope"]) == (call, 403, scope)
            assert f'error="insufficient_scope", scope="{scope}"' in response["WWW-Authenticate"]
        assert (call, outcome(ask(programs[scope], call))) == (call, "ok")


def test_nobody_is_let_in_without_a_token_that_works(bob, ask, client, settings):
    settings.RATE_LIMITS = read_limits(["off"])
    client.force_login(bob)  # a browser's session counts for nothing
    nobody, wrong, ended, revoked = (Program(text) for text in ("", "studyhub_x", token_for(bob), token_for(bob)))
    nobody.client, nobody.headers = client, {}
    second, first = AccessToken.objects.filter(user=bob)
    AccessToken.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    AccessToken.objects.filter(pk=second.pk).update(revoked_at=timezone.now())
    for call in FOUND:
        for program, id in ((nobody, "no-token"), (wrong, "bad-token"), (ended, "bad-token"), (revoked, "bad-token")):
            response = ask(program, call)
            assert (call, response.status_code, response.json()["id"]) == (call, 401, id)
            assert response["WWW-Authenticate"].startswith('Bearer realm="StudyHub"')
            assert response["Content-Type"] == "application/problem+json"


def test_for_anothers_work_a_token_needs_the_scope_to_lead(alice, ask):
    calls = [call for call, expected in CALLS.items() if expected.roles is HELPERS]
    script = Program(token_for(alice, Scope.READ))
    assert {call: ask(script, call).json()["scope"] for call in calls} == dict.fromkeys(calls, "lead")


def test_every_expectation_has_its_call():
    assert set(CALLS) == set(FOUND)
