"""The upload form: on its own page and as a fragment, with what is wrong beside the field."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.exercises.models import Exercise
from apps.submissions.models import Submission
from tests.submissions.conftest import SLUG, notebook_bytes, with_manifest

pytestmark = pytest.mark.usefixtures("desk")
URL = f"/submissions/new/{SLUG}/"


def upload(client, data: bytes, name: str = "mine.ipynb", **headers):
    return client.post(URL, {"notebook": SimpleUploadedFile(name, data)}, headers=headers)


def test_a_notebook_is_handed_in(client, bob):
    client.force_login(bob)
    response = upload(client, notebook_bytes())
    submission = Submission.objects.get()
    assert (response.status_code, response["Location"]) == (302, reverse("submissions:detail", args=[submission.pk]))
    assert (submission.user, submission.exercise.slug) == (bob, SLUG)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This file is empty"),
        (b"print(1)", "can&#x27;t be read as JSON"),
        (notebook_bytes(studyhub={"exercise": "tripling"}), "tripling"),
        (b"x" * (1024 * 1024 + 1), "the limit is 1 MB"),
        (b"x" * (2 * 1024 * 1024), "the limit is 1 MB"),
    ],
)
def test_what_is_wrong_stands_beside_the_field(client, bob, settings, data, words):
    settings.UPLOAD_LIMIT_MB = 1
    client.force_login(bob)
    response = upload(client, data)
    assert response.status_code == 422
    assert words in response.text
    assert 'aria-invalid="true"' in response.text
    assert not Submission.objects.exists()


@pytest.mark.parametrize("retired", [False, True])
def test_a_notebook_of_another_exercise_leads_to_the_form_where_it_belongs(client, bob, exercise, retired):
    about = {"section": exercise.section, "level": "beginner", "minutes": 10, "retired": retired}
    other = Exercise.objects.create(slug="tripling", title="Tripling", **about)
    Exercise.objects.filter(pk=other.pk).update(current_version=exercise.current_version)
    client.force_login(bob)
    response = upload(client, notebook_bytes(studyhub={"exercise": "tripling"}))
    assert response.status_code == 422
    assert (reverse("submissions:new", args=["tripling"]) in response.text) is not retired
    assert ("Hand it in for “Tripling”" in response.text) is not retired


def test_without_a_file_it_says_so(client, bob):
    client.force_login(bob)
    assert "No file was chosen" in client.post(URL).text


def test_the_form_wants_its_token(bob):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert upload(client, notebook_bytes()).status_code == 403
    assert not Submission.objects.exists()


def test_a_visitor_is_asked_to_sign_in(client):
    response = client.get(URL)
    assert response.status_code == 302
    assert "login" in response["Location"]
    assert upload(client, notebook_bytes()).status_code == 302
    assert not Submission.objects.exists()


def test_an_unknown_exercise_is_not_there(client, bob):
    client.force_login(bob)
    assert client.get("/submissions/new/no-such-exercise/").status_code == 404


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
    ],
)
def test_it_comes_alone_where_a_page_fetches_it(client, bob, headers, whole):
    client.force_login(bob)
    response = client.get(URL, headers=headers)
    assert ("<html" in response.text) is whole
    assert 'enctype="multipart/form-data"' in response.text


def test_it_says_how_many_attempts_are_left(client, bob, desk):
    with_manifest(desk.exercise, attempts=3)
    desk.done(bob)
    client.force_login(bob)
    assert "1 of 3 attempts used" in client.get(URL).text


def test_for_a_retired_exercise_there_is_no_form(client, bob, exercise):
    exercise.retired = True
    exercise.save()
    client.force_login(bob)
    assert "no longer offered" in client.get(URL).text
    assert "multipart" not in client.get(URL).text


def test_with_all_attempts_used_there_is_no_form(client, bob, desk):
    with_manifest(desk.exercise, attempts=1)
    run = desk.done(bob)
    client.force_login(bob)
    text = client.get(URL).text
    assert "You have used all 1 attempts" not in text
    assert "You have used your only attempt" in text
    assert 'type="file"' not in text
    assert run.submission.get_absolute_url() in text
    refused = client.post(URL, {"notebook": SimpleUploadedFile("again.ipynb", notebook_bytes())})
    assert (refused.status_code, Submission.objects.count()) == (422, 1)


def test_it_links_to_the_latest_hand_in(client, bob, charlie, desk):
    desk.done(bob)
    latest = desk.done(bob, points=(3, 0))
    desk.done(charlie)
    client.force_login(bob)
    text = client.get(URL).text
    assert f'<a href="{latest.submission.get_absolute_url()}">Your latest: hand-in 2</a>' in text
    assert "Partly right" in text
