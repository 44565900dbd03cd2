"""What is refused is said in problem details, and whoever calls too often is told when to go on."""

from __future__ import annotations

import pytest

from apps.api import problems
from apps.api.calls import catalog
from studyhub.limits import read_limits
from tests.submissions.conftest import notebook_bytes


@pytest.fixture
def bobs(program, bob):
    return program(bob)


def test_a_problem_has_all_that_its_standard_asks_for(bobs):
    response = bobs.get("/tracks/none")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "/api/docs#problem-not-found",
        "title": "There is no such thing, or none that you may see",
        "status": 404,
        "detail": "Check the address, and whose it is.",
        "instance": "/api/tracks/none",
        "id": "not-found",
    }


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nonsense", "/api/tracks/", "/api/me/more"])
def test_where_nothing_is_that_is_said_in_the_same_form(client, db, path):
    for method in (client.get, client.post):
        response = method(path)
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_a_method_that_does_nothing_here(bobs):
    response = bobs.send("/tracks", method="DELETE")
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert response.json()["id"] == "no-method"


def test_what_is_wrong_is_named(bobs):
    response = bobs.get("/resources", {"limit": "many"})
    [error] = response.json()["errors"]
    assert (response.status_code, error["where"]) == (422, "query.limit")


def test_what_breaks_on_our_side_is_told_without_its_details(bobs, monkeypatch):
    def broken(request):
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(catalog, "_tracks", broken)
    bobs.client.raise_request_exception = False
    response = bobs.get("/tracks")
    assert (response.status_code, response.json()["id"]) == (500, "our-fault")
    assert "secret" not in response.text


def test_too_many_calls_of_one_token(program, bob, charlie, settings):
    settings.RATE_LIMITS = read_limits(["api=3/60"])
    script = program(bob)
    statuses = [script.get("/me").status_code for _ in range(4)]
    # A minute of the clock may end between them.
    refused = next((one for one in (script.get("/me") for _ in range(4)) if one.status_code == 429), None)
    assert statuses[:3] == [200] * 3
    assert refused is not None
    assert refused.json()["id"] == "too-many"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert program(bob).get("/me").status_code == 200
    assert program(charlie).get("/me").status_code == 200


def test_hand_ins_count_with_those_on_the_pages(program, bob, desk, settings):
    settings.RATE_LIMITS = read_limits(["upload=1/600"])
    first, second = (program(bob).hand_in(notebook_bytes()) for _ in range(2))
    third = program(bob).hand_in(notebook_bytes())
    assert first.status_code == 201
    assert 429 in {second.status_code, third.status_code}


def test_guessing_at_tokens(client, db, settings):
    settings.RATE_LIMITS = read_limits(["api-unknown=2/600"])
    statuses = [client.get("/api/me", headers={"Authorization": "Bearer x"}).status_code for _ in range(6)]
    assert statuses[:2] == [401, 401]
    # Ten minutes of the clock may end between them.
    assert 429 in statuses[2:]


def test_every_kind_of_problem_says_what_to_do():
    for kind in problems.KINDS.values():
        assert kind.title
        assert kind.advice.endswith(".")
