"""The catalogue for readers of French: its own words are French, the curriculum's stay what they are."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from apps.accounts.models import Notification
from apps.catalog import proposals
from apps.catalog.models import Proposal, Track
from studyhub.art import draw

FRENCH = {"Accept-Language": "fr"}


@pytest.mark.parametrize(
    ("address", "said", "content"),
    [
        ("/", "Les parcours", "Regression"),
        ("/tracks/regression/", "Vidéo par Ada", "A tree in ten minutes"),
        ("/tracks/regression/resources/tree-video/", "Pourquoi celle-ci", "A tree in ten minutes"),
        ("/concepts/", "Les idées qui reviennent sans cesse.", "Questions about one feature at a time."),
        ("/concepts/decision-tree/", "À voir et à lire", "Decision tree"),
        ("/exercises/?track=regression", "Aucun exercice ne correspond", "Regression"),
    ],
)
def test_a_page_speaks_french_around_what_the_curriculum_says(client, catalog, address, said, content):
    page = client.get(address, headers=FRENCH).text
    assert said in page
    assert content in page
    assert said not in client.get(address).text


def test_what_the_curriculum_says_is_marked_as_english(client, catalog):
    page = client.get("/tracks/regression/resources/tree-video/", headers=FRENCH).text
    assert '<div class="prose prose--large" lang="en">' in page


def test_numbers_are_written_as_in_french(client, catalog):
    assert "<i>0,2 s</i>" in client.get("/", headers=FRENCH).text


def test_a_picture_is_drawn_anew_for_each_language():
    for language, word in (("fr", "résidu</text>"), ("en-gb", "residual</text>"), ("fr", "résidu</text>")):
        with override(language):
            assert word in draw("regression")


def test_who_proposed_is_answered_in_their_language_whoever_answers(alice, bob, catalog):
    bob.language = "fr"
    bob.save()
    made = Proposal.objects.create(
        by=bob, title="Trees", url="https://example.org/t", key="t", track=Track.objects.get(slug="regression")
    )
    with override("en-gb"):
        proposals.decide(proposal=made, accept=True, reason="", by=alice)
    told = Notification.objects.get(user=bob).text
    assert told == "Votre proposition «\u00a0Trees\u00a0» est acceptée et attend d’être ajoutée à son parcours."


def test_an_address_that_is_there_already_is_refused_in_french(client, catalog, bob, video):
    client.force_login(bob)
    page = client.post(reverse("propose"), {"url": video.url}, headers=FRENCH).text
    assert f'Elle est déjà là\u202f: <a href="{video.get_absolute_url()}">' in page


def test_what_comes_next_has_its_reason_in_french(client, catalog, bob, video):
    client.force_login(bob)
    client.get(video.get_absolute_url())
    assert "Vous en étiez là, dans Regression." in client.get("/", headers=FRENCH).text
