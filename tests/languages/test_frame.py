"""What stands around every page, and what is said where there is none, in French."""

import time

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.urls import reverse
from django.utils import translation

from apps.accounts.notifications import notify
from studyhub.limits import Limit
from studyhub.ratelimits import in_words

FRENCH = {"accept-language": "fr"}


def in_french(source, **values):
    with translation.override("fr"):
        return Template("{% load ui %}" + source).render(Context(values))


def test_the_frame_of_a_page(client, bob):
    client.force_login(bob)
    notify([bob], kind="group", text="x")
    page = client.get(reverse("home"), headers=FRENCH).text
    for words in (">Aller au contenu<", ">Parcours</a>", ">Révisions</a>", 'aria-label="Notifications, 1 non lue"'):
        assert words in page
    assert ">Se déconnecter<" in page


def test_what_is_kept_of_the_frame_is_not_shown_in_another_language(client, db):
    for language, words in (("fr", ">Parcours</a>"), ("en", ">Tracks</a>"), ("fr", ">Parcours</a>")):
        assert words in client.get(reverse("home"), headers={"accept-language": language}).text


def test_where_there_is_nothing(client, db):
    page = client.get("/nowhere/", headers=FRENCH)
    assert page.status_code == 404
    assert '<html lang="fr"' in page.text
    assert "Il n’y a rien à cette adresse" in page.text


def test_too_much_at_once(client, db, monkeypatch):
    now = time.time()
    monkeypatch.setattr("studyhub.ratelimits.time.time", lambda: now)  # a minute of the clock may end between them
    limits = {"act": Limit("act", 2, 60, "changes")}
    with override_settings(RATE_LIMITS=limits):
        answers = [client.post(reverse("theme"), {"theme": "dark", "next": "/"}, headers=FRENCH) for _ in range(3)]
    assert "Au plus 2 modifications en 60 secondes. Réessayez dans" in answers[2].text


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "une seconde"), (60, "60 secondes"), (61, "2 minutes"), (3600, "une heure")]
)
def test_a_time(seconds, words):
    with translation.override("fr"):
        assert in_words(seconds) == words


def test_states_scores_and_shares():
    assert "En attente" in in_french("{% state 'queued' %}")
    assert in_french("{{ 7.5|score }} {{ 7|score }}") == "7,5 7"
    assert "Débutant" in in_french('{% include "components/level.html" with level="beginner" %}')
    assert "37\u202f%" in in_french("{% ring 37 100 'Points' %}")


def test_what_a_browser_reads_has_no_comma():
    bar = in_french('{% include "components/progress.html" with done=1.5 total=3.5 label="x" %}')
    assert '<progress value="1.5" max="3.5"' in bar
    assert ">1,5 sur 3,5<" in bar
