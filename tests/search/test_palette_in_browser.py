"""The palette and the keys, as somebody without a mouse uses them; and axe-core looks at both dialogs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from apps.catalog import edition
from apps.catalog.models import Concept
from apps.groups.models import Group, Membership
from tests.site.test_accessibility import violations  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def descent(db):
    found = Concept.objects.create(slug="descent", title="Gradient descent", summary="Downhill in steps.")
    edition.renew()
    return found


def test_from_a_slash_to_a_page(open_page, descent, bob):
    page = open_page("/concepts/", user=bob)
    page.keyboard.press("/")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    box.fill("gradinet")
    expect(page.get_by_role("option", name=re.compile("Gradient descent"))).to_be_visible()
    expect(page.locator("#palette-count")).to_have_text("2 suggestions")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "palette-hit-1")
    box.press("Enter")
    expect(page).to_have_url(re.compile("/concepts/descent/"))
    page.wait_for_load_state()
    # What was looked for is offered again, until one wants it forgotten.
    page.keyboard.press("Control+k")
    expect(page.get_by_role("button", name="gradinet")).to_be_visible()
    page.get_by_role("button", name="Forget these").click()
    expect(page.get_by_role("button", name="gradinet")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_be_hidden()


def test_single_keys_can_be_turned_off_and_do_nothing_while_typing(open_page, descent, bob):
    page = open_page("/concepts/", user=bob)
    page.keyboard.press("?")
    switch = page.get_by_label("Single keys do something")
    expect(switch).to_be_checked()
    switch.uncheck()
    page.keyboard.press("Escape")
    expect(switch).to_be_hidden()
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    expect(switch).to_be_hidden()
    box.press_sequentially("g?/")
    expect(box).to_have_value("g?/")


def test_for_who_is_signed_in_they_are_off_in_every_browser(open_page, descent, bob):
    page = open_page("/concepts/", user=bob)
    page.keyboard.press("?")
    with page.expect_response("**/profile/keys/"):
        page.get_by_label("Single keys do something").uncheck()
    page = open_page("/concepts/", user=bob)
    expect(page.locator("html")).to_have_attribute("data-single-keys", "off")
    page.keyboard.press("/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_have_value("")
    expect(page.get_by_label("Single keys do something", exact=False)).not_to_be_checked()


def test_for_others_they_are_off_in_this_browser(open_page, descent):
    page = open_page("/concepts/")
    page.keyboard.press("?")
    page.get_by_label("Single keys do something").uncheck()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    expect(page.get_by_label("Single keys do something")).not_to_be_checked()


def test_two_keys_lead_to_a_page(open_page, descent, bob):
    page = open_page("/concepts/", user=bob)
    page.clock.install(time=0)
    page.clock.pause_at(3600)  # however long this machine takes from one key to the other
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/exercises/$"))


def choose(page, text: str, name: str) -> None:
    """By keys alone: open the palette, type, go down to the option of that name, take it."""
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    box.fill(text)
    expect(page.locator("#palette-all")).to_contain_text(f"“{text}”")
    box.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_text(re.compile(f"^\\s*{re.escape(name)}"))
    box.press("Enter")


def test_the_colours_are_changed_by_keys_and_stay(open_page, descent):
    page = open_page("/concepts/")
    with page.expect_response("**/theme/"):
        choose(page, "dark", "Colours: dark")
    expect(page.get_by_role("combobox")).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    # What was done is nothing that was looked for.
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    expect(page.get_by_role("button", name="dark", exact=True)).to_have_count(0)


def test_so_is_the_language_on_the_page_one_is_on(open_page, descent):
    page = open_page("/concepts/?from=here")
    choose(page, "french", "Language: Français")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page).to_have_url(re.compile(r"/concepts/\?from=here$"))


def test_one_signs_out_and_in_by_keys(open_page, descent, bob):
    page = open_page("/concepts/", user=bob)
    choose(page, "sign out", "Sign out")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto(page.url.split("?")[0].rstrip("/") + "/concepts/")
    choose(page, "sign in", "Sign in")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/concepts/$"))


def test_one_goes_to_the_own_group(open_page, descent, bob):
    group = Group.objects.create(slug="circle", name="The circle")
    Membership.objects.create(group=group, user=bob)
    page = open_page("/concepts/", user=bob)
    choose(page, "circle", "The circle")
    expect(page).to_have_url(re.compile("/groups/circle/$"))


@pytest.mark.parametrize(("key", "theme", "width"), [("/", "light", 1280), ("?", "dark", 390)])
def test_nothing_in_the_dialogs_is_in_the_way_of_anybody(descent, bob, violations, key, theme, width):  # noqa: F811
    def open_dialog(page):
        page.keyboard.press(key)
        expect(page.locator("dialog[open]")).to_be_visible()

    addresses = ["/concepts/", "/search/?q=gradient"]
    assert violations(addresses, theme=theme, width=width, user=bob) == []
    assert violations(["/concepts/"], theme=theme, width=width, user=bob, act=open_dialog) == []
