"""A lead's day from end to end: who is stuck, help, mended grading, a table to take along; then the learner's side."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.submissions.models import Regrade
from tests.submissions.conftest import with_manifest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_leads_day(open_page, circle, desk, office, assign, alice, bob, tmp_path):
    exercise = desk.exercise
    with_manifest(exercise, attempts=3)
    office.version.manifest |= {"attempts": 3}
    office.version.save()
    assign(exercise, due_at=timezone.now() + timedelta(days=1))
    for _ in range(3):
        desk.done(bob, points=(0, 1))
    office.kinder.bonus = 2

    # She sees who is stuck and on what, and opens the latest hand-in.
    page = open_page("/groups/circle/dashboard/", user=alice)
    expect(page.get_by_text("Three attempts, same check: Double (Doubling numbers)")).to_be_visible()
    page.get_by_role("link", name="Give attempts").click()
    expect(page.get_by_role("heading", name="Bob: Doubling numbers")).to_be_visible()

    # A word on the cell, and one attempt more.
    cell = page.locator("#cell-2")
    cell.locator("summary").first.click()
    cell.get_by_text("Comment on cell 2").click()
    cell.get_by_label("Your comment").fill("What comes back for 0?")
    cell.get_by_role("button", name="Send").click()
    expect(page.locator("#cell-2 .comment")).to_contain_text("What comes back for 0?")
    attempts = page.locator("#attempts form")
    attempts.get_by_label("How many").fill("1")
    attempts.get_by_label("Why").fill("You were close.")
    attempts.get_by_role("button", name="Give them").click()
    expect(page.get_by_text("Bob can hand in again")).to_be_visible()

    # The new version of the exercise is kinder: she looks at what would change before anything does.
    page.get_by_role("link", name="Regrades").click()
    page.get_by_label("Exercise").select_option(label="Doubling numbers (3 hand-ins)")
    page.get_by_label("Why").fill("Zero was tested twice.")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/regrades/*/")
    regrade = office.work(Regrade.objects.get())
    page.reload()
    expect(page.get_by_text("Nothing has changed so far.")).to_be_visible()
    expect(page.locator(".regraded tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Apply to all").click()
    expect(page.get_by_role("heading", name="Being applied")).to_be_visible()
    office.work(regrade)
    page.reload()
    expect(page.get_by_text("What it came to")).to_be_visible()

    # And a table for the meeting.
    page.get_by_role("link", name="Dashboard").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").first.click()
    saved.value.save_as(tmp_path / "table.csv")
    assert "Bob" in (tmp_path / "table.csv").read_text(encoding="utf-8-sig")

    # Bob reads all of it: what was said, given and changed, and by whom.
    learner = open_page("/notifications/", user=bob)
    for told in ("Alice commented on your hand-in 3", "attempt", "Zero was tested twice."):
        expect(learner.get_by_role("main")).to_contain_text(told)
    learner.goto(f"/submissions/new/{exercise.slug}/")
    expect(learner.get_by_text("3 of 4 attempts used")).to_be_visible()
    learner.goto("/profile/audit/")
    for act in ("attempt", "Regraded"):
        expect(learner.get_by_role("main")).to_contain_text(act)
