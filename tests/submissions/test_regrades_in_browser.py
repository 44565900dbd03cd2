"""A regrade in the browser: begun, looked at while it is compared, applied; the page goes on by itself."""

import pytest
from playwright.sync_api import expect

from apps.submissions.models import Regrade
from tests.submissions.conftest import fresh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_staff_previews_and_applies_a_regrade(open_page, office, desk, alice, bob):
    run = desk.done(bob, points=(1, 1))
    office.kinder.bonus = 1
    page = open_page("/submissions/regrades/", user=alice)
    page.get_by_label("Why").fill("The first check was too strict.")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("0 of 1")).to_be_visible()
    office.work(Regrade.objects.get())
    # The page finds out by itself that it is compared.
    expect(page.get_by_role("heading", name="Ready to look at")).to_be_visible()
    expect(page.get_by_role("row", name="Bob")).to_contain_text("+1 gains")
    page.get_by_role("button", name="Apply to all").click()
    expect(page.get_by_role("heading", name="Being applied")).to_be_visible()
    office.work(Regrade.objects.get())
    expect(page.get_by_role("heading", name="What it came to")).to_be_visible()
    assert fresh(run).score == 3


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_preview_fits_its_window(open_page, office, desk, alice, bob, width, theme):
    desk.done(bob)
    regrade = office.compared()
    size = {"width": width, "height": 900}
    page = open_page(regrade.get_absolute_url(), user=alice, viewport=size, color_scheme=theme)
    expect(page.get_by_role("heading", name="Hand-ins")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
