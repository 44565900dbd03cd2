"""The first page."""

from django.urls import reverse

from apps.catalog.models import Resource, Track
from apps.catalog.services import mark_done


def test_a_stranger_sees_the_course_and_the_tracks_with_their_counts(client, make_exercise):
    make_exercise("grow-a-tree")
    page = client.get(reverse("home")).content.decode()
    assert "The course" in page
    assert "3 resources · 1 exercise<" in page
    assert "Start with Regression" in page
    assert "<progress" not in page


def test_a_learner_sees_progress_and_the_next_step(client, bob, video):
    mark_done(user=bob, resource=video)
    client.force_login(bob)
    response = client.get(reverse("home"))
    page = response.content.decode()
    assert '<progress value="1" max="2" aria-label="Resources done in Regression">' in page
    assert response.context["next_step"] == (video.section.track, Resource.objects.get(slug="descent-paper"))
    assert "Next in Regression" in page


def test_the_course_is_next_once_the_tracks_are_done_and_nothing_after_that(client, bob, catalog):
    client.force_login(bob)
    for slug in ("tree-video", "descent-paper"):
        mark_done(user=bob, resource=Resource.objects.get(slug=slug))
    assert client.get(reverse("home")).context["next_step"][1].slug == "fast-ai"
    mark_done(user=bob, resource=Resource.objects.get(slug="fast-ai"))
    assert client.get(reverse("home")).context["next_step"] is None


def test_without_a_curriculum_the_page_says_what_to_do(client, db):
    assert "sync_curriculum" in client.get(reverse("home")).content.decode()


def test_a_retired_track_is_not_shown(client, catalog):
    Track.objects.filter(slug="regression").update(retired=True)
    assert "Regression" not in client.get(reverse("home")).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_curriculum(
    client, bob, catalog, make_exercise, django_assert_max_num_queries
):
    client.force_login(bob)
    for number in range(6):
        make_exercise(f"tree-{number}")
    with django_assert_max_num_queries(17):
        client.get(reverse("home"))
