"""Handing in by a program: taken in once under its key, bounded, refused in words; watched; its result read."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from apps.api import watching
from apps.catalog.models import Concept
from apps.submissions.messages import UPLOAD
from apps.submissions.models import Submission
from apps.submissions.services import override
from tests.api.conftest import Program, token_for
from tests.submissions.conftest import LESSON, age, fresh, notebook_bytes, say, with_manifest

# Made once: each one that is made has cells with ids of their own.
NOTEBOOK = notebook_bytes()


@pytest.fixture
def bobs(program, bob, desk):
    return program(bob, "read", "submit")


def test_a_notebook_as_it_is(bobs, bob):
    response = bobs.send("/exercises/doubling/submissions?filename=mine.ipynb", notebook_bytes())
    found = response.json()
    assert response.status_code == 201
    assert (found["exercise"], found["number"], found["filename"]) == ("doubling", 1, "mine.ipynb")
    assert (found["state"], found["verdict"], found["ended"], found["points"]) == ("queued", None, False, None)
    assert found["turn"] == "Our turn: there is nothing for you to do."
    assert bobs.client.get(response["Location"], headers=bobs.headers).json()["id"] == found["id"]


def test_a_notebook_in_a_form(bobs):
    form = {"notebook": SimpleUploadedFile("mine.ipynb", notebook_bytes())}
    response = bobs.client.post("/api/exercises/doubling/submissions", form, headers=bobs.headers)
    assert (response.status_code, response.json()["filename"]) == (201, "mine.ipynb")


def test_under_the_same_key_it_is_taken_in_once(bobs, bob):
    first, again = (bobs.hand_in(NOTEBOOK, key="monday").json()["id"] for _ in range(2))
    assert first == again
    assert Submission.objects.of(bob).count() == 1
    assert bobs.hand_in(NOTEBOOK, key="tuesday").json()["id"] != first
    assert bobs.hand_in(notebook_bytes()).json()["number"] == 3


def test_another_notebook_under_the_same_key_is_refused(bobs, bob):
    bobs.hand_in(NOTEBOOK, key="monday")
    response = bobs.hand_in(notebook_bytes("x = 1"), key="monday")
    assert (response.status_code, response.json()["id"]) == (422, "key-reused")
    assert Submission.objects.of(bob).count() == 1


def test_a_key_is_its_owners_alone(bobs, program, charlie):
    first = bobs.hand_in(NOTEBOOK, key="monday").json()["id"]
    assert program(charlie, "read", "submit").hand_in(NOTEBOOK, key="monday").json()["id"] != first


def test_sent_again_when_no_attempt_is_left_it_is_what_it_was(bobs, exercise):
    with_manifest(exercise, attempts=1)
    first = bobs.hand_in(NOTEBOOK, key="monday").json()["id"]
    assert bobs.hand_in(NOTEBOOK, key="monday").json()["id"] == first
    response = bobs.hand_in(NOTEBOOK, key="tuesday")
    assert (response.status_code, response.json()["id"]) == (409, "no-attempts")


@pytest.mark.parametrize("key", ["ä" * 3, "two words", "k" * 101])
def test_a_key_that_can_not_be_used(bobs, key):
    assert bobs.hand_in(NOTEBOOK, key=key).json()["id"] == "bad-key"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempts", [None, 1])
def test_of_two_at_once_under_one_key_one_is_taken_in(desk, bob, attempts):
    with_manifest(desk.exercise, attempts=attempts)
    script, start = Program(token_for(bob)), Barrier(4)

    def send(_: int):
        start.wait(timeout=30)
        try:
            return script.hand_in(NOTEBOOK, key="monday")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(send, range(4)))
    assert [one.status_code for one in responses] == [201] * 4
    assert len({one.json()["id"] for one in responses}) == 1
    assert Submission.objects.of(bob).count() == 1


BAD = {
    "empty": b"  ",
    "not-json": b"# %% not a notebook",
    "zip": b"PK\x03\x04rest",
    "no-code": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
}


@pytest.mark.parametrize("id", BAD)
def test_what_is_no_notebook_is_refused_with_the_words_of_the_page(bobs, bob, id):
    response = bobs.hand_in(BAD[id])
    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, problem["id"]) == (422, id)
    assert problem["detail"].startswith(UPLOAD[id].partition("{")[0])
    assert not Submission.objects.of(bob).exists()


def test_a_body_that_is_too_large_is_not_read(bobs, settings):
    settings.UPLOAD_LIMIT_MB = 1
    large = b" " * (1024 * 1024 + 1)
    assert bobs.hand_in(large).status_code == 413
    form = {"notebook": SimpleUploadedFile("mine.ipynb", large)}
    response = bobs.client.post("/api/exercises/doubling/submissions", form, headers=bobs.headers)
    assert (response.status_code, response.json()["id"]) == (413, "too-large")
    claimed = bobs.client.generic(
        "POST", "/api/exercises/doubling/submissions", b"{}", "application/json", headers=bobs.headers,
        CONTENT_LENGTH=str(50 * 1024 * 1024),
    )  # fmt: skip
    assert claimed.status_code == 413


def test_another_type_of_body(bobs):
    response = bobs.client.post("/api/exercises/doubling/submissions", b"x", "text/plain", headers=bobs.headers)
    assert (response.status_code, response.json()["id"]) == (415, "wrong-type")


def test_a_form_that_is_broken_or_has_no_file(bobs):
    path = "/api/exercises/doubling/submissions"
    broken = bobs.client.post(path, b"--x", "multipart/form-data", headers=bobs.headers)
    assert (broken.status_code, broken.json()["id"]) == (400, "unreadable-body")
    assert bobs.client.post(path, {"other": "1"}, headers=bobs.headers).json()["id"] == "no-file"


def test_for_an_exercise_that_is_retired(bobs, exercise):
    exercise.retired = True
    exercise.save()
    assert bobs.hand_in(notebook_bytes()).json()["id"] == "retired"


# Watching


def test_how_far_it_is(bobs, bob, desk):
    running = desk.running(bob, cell=1)
    desk.hand_in(bob)
    waiting = desk.hand_in(bob)
    found = bobs.get(f"/submissions/{waiting.submission_id}").json()
    assert (found["state"], found["position"]) == ("queued", 2)
    found = bobs.get(f"/submissions/{running.submission_id}").json()
    assert (found["state"], found["position"], found["cells"], found["running_cell"]) == ("running", None, 3, 2)


def test_it_answers_as_soon_as_something_is_new(bobs, bob, desk, monkeypatch):
    run = desk.released(bob)
    path = f"/submissions/{run.submission_id}"
    known = bobs.get(path)["ETag"]
    paused = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 3:
            assert say(fresh(run))

    monkeypatch.setattr(watching, "pause", pause)
    response = bobs.get(path, {"wait": 20}, **{"If-None-Match": known})
    assert (response.status_code, response.json()["state"], len(paused)) == (200, "running", 3)


def test_a_heartbeat_alone_is_nothing_new(bobs, bob, desk, monkeypatch):
    run = desk.running(bob)
    path = f"/submissions/{run.submission_id}"
    known = bobs.get(path)["ETag"]
    clock = iter(range(0, 1000, 5))
    monkeypatch.setattr(watching.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(watching, "pause", lambda seconds: age(run, heartbeat_at=1))
    response = bobs.get(path, {"wait": 20}, **{"If-None-Match": known})
    assert (response.status_code, response["ETag"]) == (304, known)


def test_who_knows_nothing_yet_does_not_wait(bobs, bob, desk, monkeypatch):
    monkeypatch.setattr(watching, "pause", lambda seconds: pytest.fail("It waited."))
    run = desk.hand_in(bob)
    assert bobs.get(f"/submissions/{run.submission_id}", {"wait": 20}).status_code == 200


def test_only_so_many_wait(bobs, bob, desk, monkeypatch):
    monkeypatch.setattr(watching, "pause", lambda seconds: pytest.fail("It waited."))
    path = f"/submissions/{desk.hand_in(bob).submission_id}"
    known = bobs.get(path)["ETag"]
    with watching.PLACES.place(bob.pk), watching.PLACES.place(bob.pk):
        response = bobs.get(path, {"wait": 20}, **{"If-None-Match": known})
    assert (response.status_code, response["Retry-After"]) == (304, "2")


def test_places_are_shared_out():
    places = watching.Places(total=3, each=2)
    with places.place(1) as one, places.place(1) as two, places.place(1) as three, places.place(2) as other:
        assert (one, two, three, other) == (True, True, False, True)
        with places.place(3) as full:
            assert not full
    with places.place(1) as again:
        assert again


@pytest.mark.parametrize("wait", ["21", "-1", "long"])
def test_nobody_waits_longer_than_that(bobs, bob, desk, wait):
    path = f"/submissions/{desk.hand_in(bob).submission_id}"
    assert bobs.get(path, {"wait": wait}).status_code == 422


# Results


def test_the_result_says_what_each_check_found(bobs, bob, desk):
    run = desk.done(bob, points=(0, 1))
    found = bobs.get(f"/submissions/{run.submission_id}/result").json()
    assert (found["verdict"], found["points"], found["max_points"]) == ("partial", 1.0, 4.0)
    double, total = found["checks"]
    assert (double["id"], double["passed"], double["points"]) == ("double", False, 0.0)
    assert (double["message"], double["hint"]) == ("It gives *another* number.", "Multiply by two.")
    assert double["table"]["headings"] == ["x", "yours", "reference"]
    assert (total["passed"], total["hint"]) == (True, "")
    assert {"name": "Python", "value": "3.11"} in found["used"]


def test_the_result_has_what_a_check_teaches(bobs, bob, desk, lesson):
    concept = Concept.objects.create(slug="doubling", title="Doubling", summary="Twice as much.")
    lesson(LESSON)
    run = desk.done(bob, points=(0, 1))
    double, total = bobs.get(f"/submissions/{run.submission_id}/result").json()["checks"]
    (value,) = double["kinds"]
    assert value["name"] == "w"
    assert value["rows"][0] == {"what": "Shape", "expected": "(3,)", "yours": "(3, 1) <b>", "same": False}
    assert double["drawn"]["words"] == "Yours beside the reference"
    assert double["drawn"]["numbers"]["headings"] == ["Step", "Yours"]
    assert double["again"]["concept"] == "doubling"
    assert double["again"]["page"].endswith(concept.get_absolute_url())
    assert (total["drawn"], total["again"]) == (None, None)


def test_there_is_no_result_before_it_has_ended(bobs, bob, desk):
    run = desk.running(bob)
    response = bobs.get(f"/submissions/{run.submission_id}/result")
    assert (response.status_code, response.json()["id"]) == (409, "not-ended")


def test_what_a_lead_gave_counts(bobs, bob, alice, desk):
    run = desk.done(bob, points=(0, 0))
    override(by=alice, submission=run.submission, points=4, reason="Right by another way.")
    found = bobs.get(f"/submissions/{run.submission_id}/result").json()
    assert (found["verdict"], found["points"], found["by_hand"]) == ("passed", 4.0, True)
    assert found["reason"] == "Right by another way."


def test_the_notebook_as_it_was_handed_in(bobs, bob, desk):
    run = desk.hand_in(bob, "x = 1")
    found = json.loads(bobs.get(f"/submissions/{run.submission_id}/notebook").content)
    assert found["cells"][0]["source"] == "x = 1"


def test_cancelling_it_while_it_waits_and_when_it_is_too_late(bobs, bob, desk):
    run = desk.hand_in(bob)
    assert bobs.send(f"/submissions/{run.submission_id}/cancel").json()["state"] == "cancelled"
    response = bobs.send(f"/submissions/{desk.done(bob).submission_id}/cancel")
    assert (response.status_code, response.json()["id"]) == (409, "too-late")


def test_a_lead_reads_a_members_work_with_a_token_that_says_so(
    program, alice, dana, charlie, bob, circle, assign, desk
):
    assign(desk.exercise)
    path = f"/submissions/{desk.done(bob).submission_id}/result"
    assert program(dana, "read", "lead").get(path).status_code == 200
    assert program(dana, "read").get(path).json()["scope"] == "lead"
    assert program(charlie).get(path).status_code == 404


def test_a_list_stays_whole_while_more_is_handed_in(bobs, bob, desk):
    for _ in range(5):
        desk.done(bob)
    seen, cursor = [], ""
    while cursor is not None:
        found = bobs.get("/submissions", {"limit": 2, "cursor": cursor}).json()
        seen += [one["number"] for one in found["items"]]
        cursor = found["next"]
        desk.done(bob)
    assert seen == [5, 4, 3, 2, 1]


def test_rows_of_the_same_moment_are_neither_lost_nor_seen_twice(bobs, bob, desk):
    made = {str(desk.done(bob).submission_id) for _ in range(5)}
    Submission.objects.update(created_at=Submission.objects.first().created_at)
    seen, cursor = [], ""
    while cursor is not None:
        found = bobs.get("/submissions", {"limit": 2, "cursor": cursor}).json()
        seen += [one["id"] for one in found["items"]]
        cursor = found["next"]
    assert len(seen) == 5
    assert set(seen) == made


def test_a_cursor_that_was_changed_or_is_another_lists(bobs, bob, desk):
    for _ in range(2):
        desk.done(bob)
    cursor = bobs.get("/submissions", {"limit": 1}).json()["next"]
    for path, wrong in (("/submissions", cursor + "x"), ("/submissions", "nonsense"), ("/exercises", cursor)):
        response = bobs.get(path, {"cursor": wrong})
        assert (response.status_code, response.json()["id"]) == (422, "bad-cursor")
