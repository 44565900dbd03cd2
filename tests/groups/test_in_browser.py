"""A group in the browser: made, its link copied, joined, somebody removed and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.groups.models import Group, Membership

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_alice_makes_a_group_and_bob_joins_by_its_link(open_page, alice, bob):
    allowed = ["clipboard-read", "clipboard-write"]
    page = open_page("/groups/", user=alice, permissions=allowed, timezone_id="Europe/Berlin")
    page.get_by_role("link", name="Make a group").click()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    page.get_by_label("Name").fill("Friday circle")
    page.get_by_role("button", name="Make the group").click()
    page.get_by_label("How many may join by it").fill("5")
    page.get_by_role("button", name="Make a link").click()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("It is copied.")).to_be_attached()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.get_by_label("Link", exact=True).input_value()

    other = open_page(link, user=bob)
    expect(other.get_by_role("heading", level=1)).to_have_text("Friday circle")
    other.get_by_role("button", name="Join as Bob").click()
    expect(other.get_by_text("Welcome to Friday circle.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("1 of 5 joined")).to_be_visible()


def test_alice_removes_bob_by_keyboard_and_takes_him_back(open_page, circle, alice, bob):
    page = open_page("/groups/circle/members/", user=alice)
    bobs = page.get_by_role("listitem").filter(has_text="Bob")
    bobs.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(bobs.get_by_label("Role of Bob")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(bobs.get_by_role("button", name="Remove Bob")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Bob was removed.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Bob")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Bob is back.")).to_be_visible()
    assert Membership.objects.get(user=bob).left_at is None


def test_without_javascript_a_group_is_made_and_a_link_is_there_to_copy(open_page, alice):
    page = open_page("/groups/new/", user=alice, java_script_enabled=False)
    page.get_by_label("Name").fill("Quiet circle")
    page.get_by_role("button", name="Make the group").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("Link", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Copy the link")).to_be_hidden()
    assert Group.objects.get().time_zone == "UTC"


def test_a_printed_plan_gives_no_secret_address_away(open_page, circle, bob):
    page = open_page("/groups/circle/plan/", user=bob)
    address = page.get_by_label("Address of your calendar")
    expect(address).to_be_visible()
    page.emulate_media(media="print")
    expect(address).to_be_hidden()
    expect(page.get_by_role("heading", name="The circle")).to_be_visible()
    expect(page.get_by_role("link", name="Members")).to_be_hidden()


# What has no ring when it is focused, or one that reaches beyond a box that cuts off what it holds.
RINGLESS = """
() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(one => {
  if (one.tabIndex < 0 || one.disabled || !one.checkVisibility()) return false;
  one.focus();
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const reach = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  let cut = style.outlineStyle === "none" ? 9 : 0;
  for (let around = one.parentElement; around; around = around.parentElement) {
    if (getComputedStyle(around).overflowX === "visible" || around === document.body) continue;
    const edge = around.getBoundingClientRect();
    cut = Math.max(cut, edge.left - box.left + reach, box.right + reach - edge.right);
  }
  return cut > 0.5;
}).map(one => one.outerHTML.slice(0, 90))
"""


@pytest.mark.parametrize("width", [390, 820])
def test_the_ring_of_what_is_focused_is_seen_whole(open_page, circle, alice, bob, assign, desk, width):
    assign(desk.exercise)
    desk.done(bob)
    for url, user in (("/groups/circle/plan/add/", alice), ("/submissions/", bob)):
        page = open_page(url, user=user, viewport={"width": width, "height": 900})
        assert page.evaluate(RINGLESS) == []
