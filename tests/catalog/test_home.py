"""The first page."""

import pytest
from django.urls import reverse

from apps.catalog.models import Resource, Track
from apps.catalog.services import mark_done
from apps.catalog.suggestions import Suggestion


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


def test_who_has_not_begun_anything_is_told_where_to_begin_and_a_stranger_what_this_is(client, bob, video):
    assert client.get(reverse("home")).context["steps"] == []
    client.force_login(bob)
    response = client.get(reverse("home"))
    assert [(step.url, step.reason) for step in response.context["steps"]] == [
        (video.get_absolute_url(), "A good beginning: the first in Regression.")
    ]
    assert "Understand it, build it" not in response.content.decode()


def test_the_course_is_next_once_the_tracks_are_done_and_nothing_after_that(client, bob, catalog):
    client.force_login(bob)
    for slug in ("tree-video", "descent-paper"):
        mark_done(user=bob, resource=Resource.objects.get(slug=slug))
    assert client.get(reverse("home")).context["next_step"][1].slug == "fast-ai"
    mark_done(user=bob, resource=Resource.objects.get(slug="fast-ai"))
    assert client.get(reverse("home")).context["next_step"] is None


def test_at_most_three_things_are_proposed_the_most_pressing_first_and_each_address_once(
    client, bob, catalog, monkeypatch
):
    ranks = (30, 10, 20, 25)
    found = [Suggestion(rank=rank, title=f"Rank {rank}", reason="Because.", url=f"/{rank}/") for rank in ranks]
    again = Suggestion(rank=11, title="The same place", reason="Because.", url="/20/")
    monkeypatch.setattr("apps.catalog.suggestions._sources", [lambda user: found, lambda user: [again]])
    client.force_login(bob)
    page = client.get(reverse("home"))
    assert [step.title for step in page.context["steps"]] == ["Rank 10", "The same place", "Rank 25"]
    assert "Understand it, build it" not in page.content.decode()


@pytest.mark.parametrize("signed_in", [True, False])
def test_one_goes_on_where_one_left(client, bob, video, signed_in):
    if signed_in:
        client.force_login(bob)
    client.get(video.get_absolute_url())
    response = client.get(reverse("home"))
    assert [step.url for step in response.context["steps"]][:1] == [video.get_absolute_url()]
    assert "You were here last, in Regression." in response.content.decode()
    if signed_in:
        mark_done(user=bob, resource=video)
        assert "You were here last" not in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("place", ["", "/", "regression/", "regression/nothing", "nowhere/tree-video", "x" * 3000])
def test_a_place_that_there_is_not_is_passed_over(client, catalog, place):
    client.cookies["left_at"] = place
    assert client.get(reverse("home")).context["steps"] == []


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
    with django_assert_max_num_queries(20):
        client.get(reverse("home"))
