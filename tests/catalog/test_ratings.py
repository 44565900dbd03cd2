"""What learners say of a resource: counted, taken back, used where one of several is proposed."""

import pytest
from django.urls import reverse

from apps.catalog import opinions
from apps.catalog.models import Concept, Rating, Resource
from apps.catalog.opinions import Tally, best_first, wilson

HTMX = {"HX-Request": "true"}


def address(resource: Resource) -> str:
    return reverse("rate", args=[resource.section.track.slug, resource.slug])


@pytest.fixture
def say(django_user_model):
    """So many people say a word on a resource."""

    def by(resource: Resource, word: str, times: int) -> None:
        first = django_user_model.objects.count()
        for number in range(first, first + times):
            person = django_user_model.objects.create(email=f"{number}@example.org")
            opinions.rate(user=person, resource=resource, word=word)

    return by


def test_a_word_is_counted_and_nobody_is_named(client, bob, charlie, video):
    opinions.rate(user=charlie, resource=video, word="click")
    client.force_login(bob)
    response = client.post(address(video), {"word": "click"}, follow=True)
    assert [(one.count, one.pressed) for one in response.context["words"]] == [(2, True), (0, False), (0, False)]
    assert "Charlie" not in response.content.decode()


def test_another_word_takes_the_place_of_the_first(client, bob, video):
    client.force_login(bob)
    for word in ("click", "lost"):
        client.post(address(video), {"word": word})
    assert Rating.objects.get().word == "lost"


def test_pressed_again_it_is_taken_back_and_nobody_elses_is(client, bob, charlie, video):
    for user in (bob, charlie):
        opinions.rate(user=user, resource=video, word="fine")
    client.force_login(bob)
    page = client.get(video.get_absolute_url()).content.decode()
    assert 'name="word" value="" aria-pressed="true"' in page
    client.post(address(video), {"word": ""})
    assert Rating.objects.get().user == charlie


def test_htmx_gets_only_the_buttons(client, bob, video):
    client.force_login(bob)
    page = client.post(address(video), {"word": "click"}, headers=HTMX).content.decode()
    assert "<html" not in page
    assert 'aria-pressed="true"' in page


def test_a_stranger_is_sent_to_sign_in_and_back(client, video):
    response = client.post(address(video), {"word": "click"})
    assert response.url == f"{reverse('account_login')}?next={video.get_absolute_url()}"
    assert not Rating.objects.exists()


def test_there_are_three_words(client, bob, video):
    client.force_login(bob)
    assert client.post(address(video), {"word": "five stars"}).status_code == 400


def test_wilson_s_interval_is_that_of_the_textbook():
    # Of 10 tries 8 good, 95 %: 0.490 to 0.943 (Wilson 1927, eq. for the limits; also R's prop.test without correction).
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=5e-4)


@pytest.mark.parametrize(
    ("counts", "sign"),
    [
        ({}, 0),
        ({"click": 3}, 0),
        ({"click": 4}, 1),
        ({"lost": 3}, 0),
        ({"lost": 4}, -1),
        ({"click": 20, "lost": 20}, 0),
        ({"fine": 50}, 0),
    ],
)
def test_few_words_move_nothing(counts, sign):
    lean = Tally(counts).lean
    assert (lean > 0) - (lean < 0) == sign


def test_another_perspective_shows_the_best_of_those_that_share_as_much_first(client, video, say):
    article, paper = Resource.objects.get(slug="tree-article"), Resource.objects.get(slug="descent-paper")
    say(article, "lost", 1)
    say(paper, "click", 3)
    assert client.get(video.get_absolute_url()).context["others"] == [article, paper]
    say(paper, "click", 1)
    assert client.get(video.get_absolute_url()).context["others"] == [paper, article]


def test_what_loses_people_comes_after_what_nobody_rated(video, say):
    say(video, "lost", 5)
    on_it = Resource.objects.on_concept(Concept.objects.get(slug="decision-tree"))
    assert [one.slug for one in best_first(on_it)] == ["tree-article", "tree-video"]
