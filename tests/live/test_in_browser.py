"""The main job as a learner meets it, in Chromium on a site with all its processes."""

import io
import re
import zipfile
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from apps.exercises.build import build_notebook
from apps.exercises.package import load_package
from tests.live.conftest import notebook

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.sandbox, pytest.mark.django_db(transaction=True)]
SLUG = "linear-regression-from-scratch"
PACKAGE = Path(__file__).resolve().parents[2] / "notebooks" / "regression" / SLUG
DIGITS = PACKAGE.parents[1] / "neural-nets" / "pytorch-in-15-minutes"
PASSWORD = "a-long-enough-secret"
PATIENCE_MS = 60_000


@pytest.fixture
def page(chromium, site):
    """A page of a site that runs; a request to anywhere else, or a complaint of the browser, fails the test."""
    site.start("web", "control", "beat", "runner")
    context = chromium.new_context(base_url=site.address, accept_downloads=True)
    complaints = []
    context.on("request", lambda r: None if r.url.startswith((site.address, "data:")) else complaints.append(r.url))
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def sign_up(page: Page, email: str = "dora@example.org") -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_role("link", name="Make an account").first.click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def hand_in(page: Page, name: str, content: bytes, slug: str = SLUG) -> None:
    page.goto(f"/exercises/{slug}/")
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/json", "buffer": content})
    page.get_by_role("button", name="Hand in").click()


def written(notebook) -> bytes:
    return nbformat.writes(notebook).encode()


def test_from_signing_up_to_feedback(page):
    sign_up(page)
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Regression").first.click()
    page.locator(f'a[href="/exercises/{SLUG}/"]').first.click()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download starter").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as starter:
        name = next(name for name in starter.namelist() if name.endswith(".ipynb"))
        assert "NotImplementedError" in starter.read(name).decode()

    hand_in(page, "solution.ipynb", written(build_notebook(load_package(PACKAGE), "reference")))
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("heading", name="Passed", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", name="What was checked")).to_be_visible()
    page.get_by_text("Show it here", exact=True).click()
    executed = page.frame_locator("iframe")
    page.locator("iframe").scroll_into_view_if_needed()
    expect(executed.get_by_role("heading", level=1).first).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("iframe").get_attribute("sandbox") == ""

    # The polling has ended itself: nothing is asked for any more.
    polls = []
    page.on("request", lambda request: polls.append(request.url))
    page.wait_for_timeout(2500)
    assert [url for url in polls if url.endswith("/live/")] == []


def test_a_wrong_solution_is_told_what_is_wrong(page):
    sign_up(page)
    hand_in(page, "mine.ipynb", written(build_notebook(load_package(DIGITS), "mutant:gradients_pile_up")), DIGITS.name)
    expect(page.get_by_role("heading", name="Partly right", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", name=re.compile("Training makes the loss fall"))).to_be_visible()
    expect(page.get_by_text(re.compile("The loss goes from .* it should fall")).first).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("loss", re.IGNORECASE)).first).to_be_visible()
    page.locator("li", has_text="Training makes the loss fall").get_by_text("Hint").click()
    expect(page.get_by_text(re.compile("forget the old gradients"))).to_be_visible()


def test_an_error_is_told_with_its_cell(page):
    sign_up(page)
    hand_in(page, "mine.ipynb", notebook("x = 1", "x / 0"))
    expect(page.get_by_role("heading", name="Stopped by an error", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Cell 2 raised ZeroDivisionError: division by zero").first).to_be_visible()


def test_a_refused_upload_says_what_to_do_and_costs_nothing(page):
    sign_up(page)
    hand_in(page, "notes.txt", b"just a text")
    alert = page.get_by_text(re.compile("notebook", re.IGNORECASE))
    expect(alert.first).to_be_visible()
    page.goto("/submissions/")
    assert page.get_by_role("link", name="hand-in 1").count() == 0


def test_it_all_works_without_javascript(chromium, site, page):
    context = chromium.new_context(base_url=site.address, java_script_enabled=False)
    plain = context.new_page()
    sign_up(plain, "eva@example.org")
    plain.goto(f"/submissions/new/{SLUG}/")
    content = written(build_notebook(load_package(PACKAGE), "reference"))
    plain.locator("input[type=file]").set_input_files(
        {"name": "s.ipynb", "mimeType": "application/json", "buffer": content}
    )
    plain.get_by_role("button", name="Hand in").click()
    refresh = plain.get_by_role("link", name="Refresh").or_(plain.get_by_role("button", name="Refresh"))
    for _ in range(200):
        if plain.get_by_role("heading", name="Passed", exact=True).count():
            break
        refresh.first.click()
        plain.wait_for_timeout(200)
    expect(plain.get_by_role("heading", name="Passed", exact=True)).to_be_visible()
    context.close()
