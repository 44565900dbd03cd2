"""Light or dark: a form that works without JavaScript, and a page that never flashes."""

import pytest
from django.urls import reverse


@pytest.mark.parametrize("choice", ["auto", "light", "dark"])
def test_the_choice_is_in_the_next_page_from_its_first_byte(client, db, choice):
    response = client.post(reverse("theme"), {"theme": choice, "next": "/concepts/"})
    assert response.url == "/concepts/"
    page = client.get("/concepts/").content.decode()
    assert f'<html lang="en-GB" data-theme="{choice}">' in page
    assert page.count('aria-pressed="true"') == 1


def test_a_made_up_choice_is_refused(client, db):
    assert client.post(reverse("theme"), {"theme": "<script>"}).status_code == 400


def test_a_made_up_cookie_counts_as_none(client, db):
    client.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_it_leads_back_to_this_site_only(client, db, target):
    assert client.post(reverse("theme"), {"theme": "dark", "next": target}).url == reverse("home")


def test_the_choice_is_made_by_a_form_only(client, db):
    assert client.get(reverse("theme")).status_code == 405


def test_the_script_is_told_that_it_is_remembered_and_gets_no_page(client, db):
    response = client.post(reverse("theme"), {"theme": "dark"}, headers={"X-Requested-With": "fetch"})
    assert (response.status_code, response.content) == (204, b"")
    assert response.cookies["theme"].value == "dark"
