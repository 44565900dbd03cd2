"""Whose language a page speaks: the profile's, else this browser's choice, else what the browser asks for."""

import pytest
from django.urls import reverse

FRENCH, ENGLISH = '<html lang="fr"', '<html lang="en-GB"'


@pytest.fixture
def page(client, db):
    """The first page's text and its language as its header has it."""

    def page_(**headers):
        response = client.get(reverse("home"), headers=headers)
        assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))
        return response.text, response["Content-Language"]

    return page_


@pytest.mark.parametrize(
    ("asked", "tag", "code"),
    [
        ("fr", FRENCH, "fr"),
        ("fr-CA,en;q=0.5", FRENCH, "fr"),
        ("de,fr;q=0.8,en;q=0.2", FRENCH, "fr"),
        ("en-US,en;q=0.9", ENGLISH, "en-gb"),
        ("ja", ENGLISH, "en-gb"),
        ("x" * 5000, ENGLISH, "en-gb"),
    ],
)
def test_without_a_choice_it_is_what_the_browser_asks_for(page, asked, tag, code):
    text, language = page(accept_language=asked)
    assert tag in text
    assert language == code


def test_a_choice_in_this_browser_is_kept(client, page):
    response = client.post(reverse("language"), {"language": "fr", "next": "/concepts/"})
    assert response.url == "/concepts/"
    assert FRENCH in page(accept_language="en")[0]


def test_a_choice_in_the_profile_goes_with_its_person(client, page, bob):
    client.force_login(bob)
    client.post(reverse("language"), {"language": "fr", "next": "/"})
    bob.refresh_from_db()
    assert bob.language == "fr"
    client.cookies.clear()
    client.force_login(bob)
    assert FRENCH in page(accept_language="en")[0]


def test_one_that_there_is_not_is_refused(client, db):
    assert client.post(reverse("language"), {"language": "tlh"}).status_code == 400


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", ""])
def test_it_leads_back_to_this_site_only(client, db, target):
    assert client.post(reverse("language"), {"language": "fr", "next": target}).url == reverse("home")


def test_what_is_kept_for_many_readers_is_kept_for_each_language(page):
    english, french = page(accept_language="en")[0], page(accept_language="fr")[0]
    assert "No page loads anything" in english
    assert "No page loads anything" not in french
    assert "Aucune page ne charge" in french
