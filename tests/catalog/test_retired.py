"""What has left the curriculum: its old address says so, and a learner finds again what they did there."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.catalog.models import Concept, Resource, Track
from apps.catalog.services import mark_done
from apps.exercises.models import Exercise
from apps.quizzes.models import Quiz, QuizAttempt
from apps.submissions.models import Run, Submission

TRACK = reverse("track", args=["regression"])


@pytest.fixture
def retire(catalog, reload):
    """Take the track Regression out of the files, as an author would."""

    def go() -> None:
        (catalog / "regression" / "track.yaml").unlink()
        (catalog / "concepts.yaml").write_text("[]\n", encoding="utf-8")
        reload(catalog)
        # Their own syncs do so with the files of packages and quizzes.
        Exercise.objects.update(retired=True)
        Quiz.objects.update(retired=True)

    return go


@pytest.fixture
def bobs(bob, video, make_exercise):
    """What Bob has done in the track: an exercise, a quiz, a resource."""
    exercise = make_exercise("grow-a-tree")
    hand_in(bob, exercise)
    quiz = Quiz.objects.create(slug="trees", section=exercise.section, title="Of trees", summary="Ask.")
    QuizAttempt.objects.create(user=bob, quiz=quiz, number=1)
    mark_done(user=bob, resource=video)
    return [exercise, quiz, video]


def hand_in(user, exercise) -> Submission:
    submission = Submission.objects.create(
        user=user, exercise=exercise, version=exercise.current_version, number=1, size=1
    )
    Run.objects.create(submission=submission, version=submission.version, seed=1, max_score=10)
    return submission


def gone(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 410
    return response.content.decode()


def test_everybody_is_told_and_led_to_the_tracks(client, retire):
    retire()
    page = gone(client, TRACK)
    assert '<h1 lang="en">Regression</h1>' in page
    assert "This track is no longer in the curriculum." in page
    assert f'href="{reverse("home")}"' in page
    assert "What you did stays yours" not in page


def test_a_learner_finds_what_they_did(client, bob, bobs, retire):
    retire()
    client.force_login(bob)
    page = gone(client, TRACK)
    for one in bobs:
        assert f'href="{one.get_absolute_url()}"' in page
    assert f'href="{reverse("submissions:list")}"' in page
    listed = client.get(reverse("submissions:list")).content.decode()
    assert Submission.objects.get(user=bob).get_absolute_url() in listed


def test_nobody_finds_what_another_did(client, bobs, charlie, retire):
    retire()
    client.force_login(charlie)
    page = gone(client, TRACK)
    assert not [one for one in bobs if one.get_absolute_url() in page]


def test_a_resource_still_leads_to_its_source(client, video, retire):
    retire()
    page = gone(client, video.get_absolute_url())
    assert "This resource is no longer in the curriculum." in page
    assert f'href="{video.url}"' in page
    assert f'href="{TRACK}"' in page


def test_one_resource_of_a_track_that_stays(client, video):
    Resource.objects.filter(pk=video.pk).update(retired=True)
    assert "This resource is no longer in the curriculum." in gone(client, video.get_absolute_url())
    assert client.get(TRACK).status_code == 200


def test_a_concept(client, catalog, retire):
    concept = Concept.objects.get(slug="gradient-descent")
    retire()
    assert "This concept is no longer in the curriculum." in gone(client, concept.get_absolute_url())


def test_nothing_can_be_done_there_any_more(client, bob, video, retire):
    retire()
    client.force_login(bob)
    assert client.post(reverse("toggle-done", args=["regression", video.slug]), {"done": "1"}).status_code == 404


def test_it_comes_back_with_the_files(client, catalog, retire):
    retire()
    Track.objects.update(retired=False)
    assert client.get(TRACK).status_code == 200


def test_what_was_never_there_is_not_found(client, catalog):
    for name, slugs in (("track", ["cooking"]), ("resource", ["regression", "cooking"]), ("concept", ["cooking"])):
        assert client.get(reverse(name, args=slugs)).status_code == 404


def test_the_number_of_queries_does_not_grow(client, bob, bobs, make_exercise, retire, django_assert_num_queries):
    retire()
    client.force_login(bob)
    gone(client, TRACK)
    with CaptureQueriesContext(connection) as one:
        gone(client, TRACK)
    for n in range(5):
        hand_in(bob, make_exercise(f"tree-{n}", retired=True))
    with django_assert_num_queries(len(one)):
        assert "Tree 4" in gone(client, TRACK)
