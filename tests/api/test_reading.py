"""What programs read: the curriculum, exercises, one's own standing; with ETags, in a constant number of queries."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import edition
from apps.catalog.models import Concept, Resource
from apps.exercises.models import Exercise, ExerciseVersion
from tests.quizzes import site


@pytest.fixture
def bobs(program, bob, circle):
    return program(bob, "read")


def test_who_calls(bobs):
    assert bobs.get("/me").json() | {"expires_at": ""} == {
        "name": "Bob",
        "email": "bob@example.org",
        "token": "a script",
        "scopes": ["read"],
        "expires_at": "",
    }


def test_a_track_with_what_is_in_it_and_how_far_one_is(bobs, program, bob, exercise, resource, quiz):
    listed = {one["slug"]: one for one in bobs.get("/tracks").json()["items"]}
    assert listed["trees"]["progress"] == {"done": 0, "total": 1}
    learner = program(bob, "learn")
    for _ in range(2):
        assert learner.send("/resources/a-tree/done", method="PUT").json() == {"resource": "a-tree", "done": True}
    [section] = bobs.get("/tracks/trees").json()["sections"]
    assert (section["progress"], section["resources"][0]["done"]) == ({"done": 1, "total": 1}, True)
    [section] = bobs.get("/tracks/numbers").json()["sections"]
    assert (section["exercises"][0]["slug"], section["quizzes"][0]["slug"]) == ("doubling", "basics")
    assert learner.send("/resources/a-tree/done", method="DELETE").json()["done"] is False
    assert bobs.get("/resources/a-tree").json()["done"] is False


def test_resources_of_a_track_or_on_a_concept(bobs, resource):
    concept = Concept.objects.create(slug="tree", title="Tree", summary="It grows.")
    resource.concepts.add(concept)
    other = Resource.objects.create(
        section=resource.section, slug="bark", title="Bark", url="https://example.org/b", kind="video", level="beginner"
    )
    slugs = lambda query: [one["slug"] for one in bobs.get("/resources", query).json()["items"]]  # noqa: E731
    assert slugs({"track": "trees"}) == [resource.slug, other.slug]
    assert slugs({"concept": "tree"}) == [resource.slug]
    assert slugs({"track": "none"}) == []


def test_a_search_in_pieces(bobs, resource):
    for number in range(3):
        Concept.objects.create(slug=f"tree-{number}", title=f"Trees {number}", summary="They grow.")
    first = bobs.get("/search", {"q": "tree", "kind": "concept", "limit": 2}).json()
    assert (first["total"], first["instead"], len(first["items"])) == (3, None, 2)
    rest = bobs.get("/search", {"q": "tree", "kind": "concept", "limit": 2, "cursor": first["next"]}).json()
    titles = [one["title"] for one in [*first["items"], *rest["items"]]]
    assert (sorted(titles), rest["next"]) == (["Trees 0", "Trees 1", "Trees 2"], None)
    assert bobs.get("/search", {"q": "tree", "kind": "concept", "cursor": "x"}).json()["id"] == "bad-cursor"
    Concept.objects.filter(title=first["items"][1]["title"]).delete()
    edition.renew()
    gone = bobs.get("/search", {"q": "tree", "kind": "concept", "cursor": first["next"]})
    assert (gone.status_code, "Begin without" in gone.json()["detail"]) == (422, True)


def test_a_search_finds_what_was_mistyped_and_nothing_without_words(bobs, resource):
    Concept.objects.create(slug="overfitting", title="Overfitting", summary="Too close.")
    found = bobs.get("/search", {"q": "overfiting"}).json()
    assert (found["instead"], found["items"][0]["url"][-12:]) == ("overfitting", "overfitting/")
    assert bobs.get("/search").json() == {"items": [], "next": None, "total": 0, "instead": None}


def test_an_exercise_says_what_it_asks_for(bobs, exercise):
    found = bobs.get("/exercises/doubling").json()
    assert found["introduction"] == "You write `double`."
    assert (found["attempts_used"], found["attempts"], found["retired"]) == (0, None, False)
    assert {"name": "Time", "text": "60 s for the whole notebook, 30 s for one cell"} in found["limits"]


def test_the_starter_as_a_zip_and_alone(bobs, exercise):
    response = bobs.get("/exercises/doubling/starter")
    assert zipfile.ZipFile(io.BytesIO(response.content)).namelist() == ["doubling.ipynb", "README.txt"]
    alone = bobs.get("/exercises/doubling/starter", {"format": "ipynb"})
    assert json.loads(alone.content)["metadata"]["studyhub"]["exercise"] == "doubling"
    assert bobs.get("/exercises/doubling/starter", {"format": "exe"}).status_code == 422


def test_progress_with_everything(bobs, bob, desk, quiz):
    desk.done(bob, points=(3, 0))
    found = bobs.get("/progress").json()
    [best] = found["exercises"]
    assert (best["exercise"], best["points"], best["max_points"]) == ("doubling", 3.0, 4.0)
    assert found["reviews_due"] == 0


READS = [
    "/me",
    "/tracks",
    "/tracks/numbers",
    "/resources",
    "/exercises",
    "/exercises/doubling",
    "/progress",
    "/quizzes",
]


@pytest.mark.parametrize("path", [*READS, "/exercises/doubling/starter", "/submissions", "/groups", "/reviews"])
def test_what_has_not_changed_is_not_sent_again(bobs, exercise, resource, quiz, path):
    first = bobs.get(path)
    assert first.status_code == 200
    again = bobs.get(path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in first["Cache-Control"]
    assert "Authorization" in first["Vary"]


def test_what_has_changed_is(bobs, program, bob, resource):
    first = bobs.get("/resources/a-tree")
    program(bob, "learn").send("/resources/a-tree/done", method="PUT")
    assert bobs.get("/resources/a-tree", **{"If-None-Match": first["ETag"]}).status_code == 200


def fill(exercise, resource, first: int, last: int) -> None:
    for number in range(first, last):
        concept = Concept.objects.create(slug=f"c-{number}", title=f"C {number}", summary="An idea.")
        more = Resource.objects.create(
            section=resource.section, slug=f"r-{number}", title="R", url="https://example.org", kind="video"
        )
        more.concepts.add(concept)
        another = Exercise.objects.create(
            slug=f"e-{number}", section=exercise.section, title="E", summary="S", level="beginner", minutes=5
        )
        another.concepts.add(concept)
        another.current_version = ExerciseVersion.objects.create(
            exercise=another, digest="0" * 64, manifest={}, max_score=1
        )
        another.save()
        site.load(site.entry(slug=f"q-{number}"))


@pytest.mark.parametrize("path", [*READS, "/submissions", "/attempts", "/groups", "/groups/circle", "/reviews"])
def test_the_number_of_queries_does_not_grow(
    bobs, bob, desk, exercise, resource, quiz, assign, path, django_assert_max_num_queries
):
    def fill_up(first: int, last: int) -> None:
        fill(exercise, resource, first, last)
        for number in range(first, last):
            desk.done(bob)
            assign(Resource.objects.get(slug=f"r-{number}"))

    fill_up(0, 2)
    bobs.get(path)
    with CaptureQueriesContext(connection) as few:
        assert bobs.get(path).status_code == 200
    most = len(few)
    fill_up(2, 8)
    bobs.get(path)
    with django_assert_max_num_queries(most):
        assert bobs.get(path).status_code == 200
