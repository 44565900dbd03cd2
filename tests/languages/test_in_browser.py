"""The language is chosen at a page's foot, with scripts and without, and one stays where one was."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_chosen_at_the_foot(open_page, scripts):
    page = open_page("/concepts/?of=all", java_script_enabled=scripts)
    page.get_by_role("group", name="Language").get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page).to_have_url(re.compile(r"/concepts/\?of=all$"))
    expect(page.locator("html")).to_have_attribute("data-theme", "auto")
    page.get_by_role("group", name="Langue").get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")


def test_colours_are_still_changed_at_once(open_page):
    page = open_page("/concepts/")
    # Whoever reloads before the server has answered finds what it knew: the cookie comes with the answer.
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
