"""What no decent program sends is refused in the same form, with what to do; nothing of it breaks anything."""

from __future__ import annotations

import pytest

MB = 1024 * 1024


@pytest.fixture
def bobs(program, bob):
    return program(bob)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/resources", "track"),
        ("/resources", "concept"),
        ("/exercises", "track"),
        ("/exercises", "level"),
        ("/exercises", "concept"),
        ("/quizzes", "track"),
        ("/submissions", "exercise"),
        ("/attempts", "quiz"),
        ("/search", "q"),
        ("/search", "track"),
    ],
)
def test_what_no_database_takes_is_refused_in_an_address(bobs, path, name):
    response = bobs.get(path, {"q": "a", name: "a\0b"})
    assert (response.status_code, response.json()["id"]) == (400, "unreadable-address")
    assert "NUL" in response.json()["detail"]


def test_on_pages_too(client, db):
    for path in ("/exercises/?track=%00", "/search/?q=%00", "/tracks/%00/"):
        assert client.get(path).status_code == 400


def test_only_a_notebook_may_be_as_large_as_one(bobs):
    """What Django reads of a form is less: beyond that the call would break."""
    body = {"response": {"text": "x" * 3 * MB}}
    response = bobs.send("/attempts/1/questions/1/answer", body, method="POST")
    assert (response.status_code, response.json()["id"]) == (413, "too-large")
    assert "2 MB" in response.json()["detail"]
    assert "clear the outputs" in response.json()["detail"]


def test_what_stands_before_the_api_says_it_in_the_same_form(client, db):
    chunks = client.generic("POST", "/api/exercises/x/submissions", headers={"Transfer-Encoding": "chunked"})
    assert chunks.status_code == 411
    assert chunks.json() == {
        "type": "/api/docs#problem-no-length",
        "title": "The body has no length",
        "status": 411,
        "detail": "Send a Content-Length, and nothing in chunks.",
        "instance": "/api/exercises/x/submissions",
        "id": "no-length",
    }


@pytest.mark.parametrize(
    "header", [{"If-Match": '"x"'}, {"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}], ids=["tag", "date"]
)
def test_a_condition_that_does_not_hold_says_what_to_do(bobs, header):
    response = bobs.get("/tracks", **header)
    assert (response.status_code, response["Content-Type"]) == (412, "application/problem+json")
    assert (response.json()["id"], "ETag" in response) == ("changed", False)
