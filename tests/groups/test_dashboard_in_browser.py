"""The dashboard in a browser: the table by keyboard, messages to who is ticked, filters, and all without a script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.catalog.models import Concept

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
URL = reverse("groups:dashboard", args=["circle"])


@pytest.fixture
def plan(circle, assign, resource, desk, bob):
    """Bob fails the same check for the third time, and has not read what was due yesterday."""
    desk.exercise.concepts.add(Concept.objects.create(slug="twice", title="Doubling", summary="Twice."))
    assign(desk.exercise, due_at=timezone.now() + timedelta(days=3), position=1)
    assign(resource, due_at=timezone.now() - timedelta(days=1), position=2)
    for _ in range(3):
        desk.done(bob, points=(0, 1))


def test_a_lead_finds_who_is_stuck_and_opens_the_hand_in(open_page, plan, alice):
    page = open_page(URL, user=alice)
    first = page.locator(".helps > li").first
    expect(first).to_contain_text("Three attempts, same check: Double (Doubling numbers)")
    first.get_by_role("link", name="Open hand-in of Bob").click()
    expect(page.get_by_role("heading", name="Bob: Doubling numbers")).to_be_visible()


def test_who_is_ticked_is_written_to(open_page, plan, alice):
    page = open_page(URL, user=alice)
    page.get_by_label("Write to Bob").check()
    page.get_by_role("button", name="Write to the ticked ones").click()
    expect(page.get_by_role("checkbox", name="Bob")).to_be_checked()


def test_arrow_keys_go_from_cell_to_cell(open_page, plan, alice):
    page = open_page(URL, user=alice)
    table = page.get_by_role("table", name=re.compile("Learners by who needs help"))
    row = table.get_by_role("row", name=re.compile("Bob"))
    cells = row.get_by_role("link")
    cells.nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(cells.nth(2)).to_be_focused()
    expect(cells.nth(2)).to_have_accessible_name("late")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(cells.nth(0)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cells.nth(1)).to_have_accessible_name("25 % of the points")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bob")).to_be_visible()


def test_concepts_come_after_the_page(open_page, plan, alice):
    page = open_page(URL, user=alice)
    table = page.get_by_role("table", name=re.compile("by learner and concept"))
    expect(table.get_by_role("row", name=re.compile("^Bob"))).to_contain_text("shaky 25")


def test_all_of_it_works_without_a_script(open_page, plan, alice):
    page = open_page(URL, user=alice, java_script_enabled=False)
    page.get_by_label("Has something").select_option("late")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile(r"state=l"))
    expect(page.locator(".heat tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Open the heat-map of concepts").click()
    expect(page.locator(".heat--concepts")).to_contain_text("Doubling")
    page.get_by_role("link", name="Back to the dashboard").click()
    with page.expect_download() as saving:
        page.get_by_role("link", name="XLSX").first.click()
    assert saving.value.suggested_filename.startswith("circle-needs-help-")


def test_a_phone_scrolls_the_table_and_not_the_page(open_page, plan, alice):
    page = open_page(URL, user=alice, viewport={"width": 390, "height": 800})
    expect(page.locator(".heat--concepts")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_bars_of_a_figure_are_as_long_as_each_other(open_page, plan, alice, circle, width):
    item = circle.assignments.get(exercise__isnull=False)
    url = reverse("groups:item", args=["circle", item.pk])
    page = open_page(url, user=alice, viewport={"width": width, "height": 900})
    bars = page.get_by_role("region", name="Best scores").locator(".bars")
    bars.locator("span").last.evaluate("one => { one.textContent = '5 of 5, 10 more before' }")
    lengths = bars.locator("progress").evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
    assert len(lengths) > 1
    assert min(lengths) == pytest.approx(max(lengths), abs=0.5)
    assert min(lengths) > 60
