"""The page of a resource, and marking it as done."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from apps.catalog.models import Completion, Resource
from apps.catalog.services import mark_done

HTMX = {"HX-Request": "true"}


def toggle(resource: Resource) -> str:
    return reverse("toggle-done", args=[resource.section.track.slug, resource.slug])


def test_it_says_why_what_for_whom_and_links_out(client, video):
    page = client.get(video.get_absolute_url()).content.decode()
    assert "<strong>slowly</strong>" in page
    for text in ("Video", "Beginner", "by Ada", "1 h 35 min", "Decision tree", "Gradient descent", video.url):
        assert text in page


def test_a_video_is_a_card_that_loads_nothing_from_youtube(client, video):
    page = client.get(video.get_absolute_url()).content.decode()
    assert 'data-youtube="7eh4d6sabA0"' in page
    assert "<iframe" not in page
    assert "ytimg" not in page


def test_what_is_no_video_links_to_where_it_lies(client, catalog):
    page = client.get(Resource.objects.get(slug="descent-paper").get_absolute_url()).content.decode()
    assert "Open it at example.org" in page
    assert "data-youtube" not in page
    assert "by " not in page.split('class="cluster quiet"')[1].split("</header>")[0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.youtube.com/watch?v=7eh4d6sabA0", "7eh4d6sabA0"),
        ("https://www.youtube.com/watch?t=30&v=7eh4d6sabA0", "7eh4d6sabA0"),
        ("https://youtu.be/7eh4d6sabA0?t=30", "7eh4d6sabA0"),
        ("https://m.youtube.com/watch?v=7eh4d6sabA0", "7eh4d6sabA0"),
        ("https://www.youtube.com/watch?v=../../evil", ""),
        ("https://www.youtube.com/playlist?list=7eh4d6sabA0", ""),
        ("https://notyoutube.com/watch?v=7eh4d6sabA0", ""),
        ("https://example.org/", ""),
    ],
)
def test_only_videos_on_youtube_have_an_id(url, expected):
    assert Resource(url=url).youtube_id == expected


def test_another_perspective_shows_what_shares_a_concept_most_first(client, catalog, video, make_exercise):
    make_exercise("grow-a-tree")
    response = client.get(video.get_absolute_url())
    assert [other.slug for other in response.context["others"]] == ["tree-article", "descent-paper"]
    assert [exercise.slug for exercise in response.context["exercises"]] == ["grow-a-tree"]


def test_an_exercise_on_two_of_the_concepts_is_shown_once(client, catalog, video, make_exercise):
    make_exercise("grow-a-tree").concepts.set(video.concepts.all())
    assert len(client.get(video.get_absolute_url()).context["exercises"]) == 1


def neighbours(page: str) -> list[tuple[str, str]]:
    """What the page leads to at its end: rel and address."""
    return re.findall(r'<a rel="(prev|next)" href="([^"]+)"', page)


def test_previous_and_next_follow_the_track(client, catalog):
    one, two, last = (Resource.objects.get(slug=slug) for slug in ("tree-video", "tree-article", "descent-paper"))
    page = client.get(two.get_absolute_url()).content.decode()
    assert neighbours(page) == [("prev", one.get_absolute_url()), ("next", last.get_absolute_url())]
    assert neighbours(client.get(last.get_absolute_url()).content.decode()) == [("prev", two.get_absolute_url())]


def test_an_exercise_comes_after_what_its_section_reads_and_its_page_knows_it(client, catalog, make_exercise):
    exercise = make_exercise("grow-a-tree")
    before = exercise.section.resources.order_by("position").last()
    page = client.get(before.get_absolute_url()).content.decode()
    assert ("next", exercise.get_absolute_url()) in neighbours(page)
    assert reverse("learning:map", args=["regression"]) in page


def test_a_resource_is_found_only_under_its_own_track(client, video):
    assert client.get(reverse("resource", args=["course", video.slug])).status_code == 404


def test_a_learner_marks_it_as_done_without_javascript(client, bob, video):
    client.force_login(bob)
    response = client.post(toggle(video), {"done": "1"}, follow=True)
    assert response.redirect_chain == [(video.get_absolute_url(), 302)]
    assert response.context["done"] is True
    assert Completion.objects.get().user == bob


def test_doing_so_twice_keeps_the_first_date(client, bob, video):
    client.force_login(bob)
    first = mark_done(user=bob, resource=video)
    client.post(toggle(video), {"done": "1"})
    assert Completion.objects.get().done_at == first.done_at


def test_the_mark_can_be_taken_back_and_touches_nobody_else(client, bob, charlie, video):
    for user in (bob, charlie):
        mark_done(user=user, resource=video)
    client.force_login(bob)
    client.post(toggle(video), {"done": "0"})
    assert [completion.user for completion in Completion.objects.all()] == [charlie]


def test_htmx_gets_only_the_form(client, bob, video):
    client.force_login(bob)
    page = client.post(toggle(video), {"done": "1"}, headers=HTMX).content.decode()
    assert "<html" not in page
    assert "Undo" in page


def test_a_stranger_is_sent_to_sign_in_and_back_to_the_page(client, video):
    response = client.post(toggle(video), {"done": "1"})
    assert response.url == f"{reverse('account_login')}?next={video.get_absolute_url()}"
    assert not Completion.objects.exists()


def test_a_mark_is_never_made_by_a_link(client, bob, video):
    client.force_login(bob)
    assert client.get(toggle(video)).status_code == 405


def test_a_forged_form_is_refused(bob, video):
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    response = client.post(toggle(video), {"done": "1"})
    assert response.status_code == 403
    assert "form has gone stale" in response.content.decode()
    assert not Completion.objects.exists()


def test_the_number_of_queries_is_bounded(client, bob, video, make_exercise, django_assert_max_num_queries):
    client.force_login(bob)
    for number in range(6):
        make_exercise(f"tree-{number}")
    address = video.get_absolute_url()
    with django_assert_max_num_queries(18):
        client.get(address)
