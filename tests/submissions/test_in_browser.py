"""What only a browser shows: polling that ends itself, the sealed frame, widths, and all of it without scripts."""

import re

import nbformat
import numpy as np
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.grading import drawing, plots
from apps.runner.contract import CellReport, CellStatus, Outcome
from apps.submissions import services
from apps.submissions.models import CheckResult, Run
from tests.stores import write
from tests.submissions.conftest import SLUG, finish, fresh, notebook_bytes, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def hand_in(page, tmp_path) -> Run:
    file = tmp_path / "mine.ipynb"
    file.write_bytes(notebook_bytes())
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/submissions/*-*/")
    return Run.objects.get()


def end(run: Run, **changes: object) -> None:
    finish(run, **changes)
    services.accept_result(run_id=str(run.pk), attempt=1)
    services.grade_run(run_id=str(run.pk), attempt=1)


def test_a_learner_hands_in_watches_it_run_and_reads_the_result(open_page, desk, bob, tmp_path):
    page = open_page(f"/submissions/new/{SLUG}/", user=bob)
    run = hand_in(page, tmp_path)
    page.get_by_text("You are next.").wait_for()
    services.release_runs()
    say(run, cell=1)
    page.get_by_text("Cell 2 of 3").wait_for()
    assert "def double(x):" in page.locator(".running").inner_text()
    expect(page.locator("#told")).to_have_text("Running")
    end(run, points=(3, 0))
    page.get_by_role("heading", name="What was checked").wait_for()
    expect(page.locator("#told")).to_have_text("Partly right, 3 of 4 points")
    # It is over: nothing is asked for any more.
    with pytest.raises(Exception, match="Timeout"), page.expect_request("**/live/**", timeout=3000):
        pass


def test_without_scripts_the_same_is_there(open_page, desk, bob, tmp_path):
    page = open_page(f"/submissions/new/{SLUG}/", user=bob, java_script_enabled=False)
    run = hand_in(page, tmp_path)
    services.release_runs()
    say(run, cell=0)
    page.get_by_role("link", name="Refresh").click()
    page.get_by_text("Cell 1 of 3").wait_for()
    end(run)
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("heading", name="What was checked").wait_for()


def test_the_cancel_button_keeps_the_focus_while_the_page_changes(open_page, desk, bob):
    run = desk.running(bob)
    page = open_page(reverse("submissions:detail", args=[run.submission_id]), user=bob)
    page.get_by_role("button", name="Cancel").focus()
    say(run, cell=2, elapsed_s=5.0)
    page.get_by_text("Cell 3 of 3").wait_for()
    expect(page.locator("#cancel")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("This hand-in was stopped").wait_for()
    assert fresh(run).state == "cancelled"


def test_in_the_frame_nothing_runs_and_nothing_is_loaded(open_page, desk, bob):
    run = desk.done(bob)
    hostile = "<p id=there>there</p><script>document.title='run'</script><img src=/static/img/spy.svg>"
    output = nbformat.v4.new_output("display_data", data={"text/html": hostile})
    cell = nbformat.v4.new_code_cell("1", outputs=[output])
    write(run.stored, "result/executed.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))
    page = open_page("/submissions/", user=bob)
    asked: list[str] = []
    page.context.on("response", lambda response: asked.append(response.url))
    page = page.context.new_page()
    page.goto(reverse("submissions:detail", args=[run.submission_id]))
    assert not any("/notebook/" in url for url in asked)
    refused = re.compile("Blocked script execution|Content Security Policy")
    with page.expect_console_message(lambda message: bool(refused.search(message.text))):
        page.get_by_text("Show it here").click()
        page.locator("iframe").scroll_into_view_if_needed()
        page.frame_locator("iframe").locator("#there").wait_for()
    assert not any(url.endswith("spy.svg") for url in asked)
    # The same when it is opened on its own.
    page.goto(reverse("submissions:notebook", args=[run.submission_id]))
    page.locator("#there").wait_for()
    assert page.title() == "Executed notebook of hand-in 1"


def test_a_link_shows_the_cell_that_failed_inside_the_sealed_frame(open_page, desk, bob):
    cells = [CellReport(index=n, status=CellStatus.COMPLETED) for n in range(30)]
    cells += [CellReport(index=30, status=CellStatus.FAILED), *(CellReport(index=n) for n in range(31, 60))]
    run = desk.done(bob, outcome=Outcome.LEARNER_ERROR, cells=cells, error={"number": 31, "name": "KeyError"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"step({n})\n" * 5) for n in range(60)])
    write(run.stored, "result/executed.ipynb", nbformat.writes(notebook))
    page = open_page(reverse("submissions:detail", args=[run.submission_id]), user=bob, reduced_motion="reduce")
    page.get_by_role("link", name="See cell 31 in the notebook").click()
    expect(page.frame_locator("iframe").locator("#cell-31")).to_be_in_viewport()
    page.frame_locator("iframe").locator("#cell-1").scroll_into_view_if_needed()
    page.get_by_role("link", name="Jump to cell 31").click()
    expect(page.frame_locator("iframe").locator("#cell-31")).to_be_in_viewport()


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("step", ["running", "done"])
def test_the_pages_fit(open_page, desk, bob, width, step):
    run = getattr(desk, step)(bob)
    page = open_page(
        reverse("submissions:detail", args=[run.submission_id]), user=bob, viewport={"width": width, "height": 800}
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_a_picture_is_neither_huge_nor_unreadable(open_page, desk, bob, width):
    run = desk.done(bob)
    drawn = plots.loss_curve(np.array([3.0, 2.0, 1.0]))
    CheckResult.objects.filter(run=run, check_id="double").update(plot_svg=drawn.svg, plot_alt=drawn.alt)
    page = open_page(
        reverse("submissions:detail", args=[run.submission_id]), user=bob, viewport={"width": width, "height": 800}
    )
    picture = page.locator(".drawing svg")
    assert picture.bounding_box()["width"] <= 26 * 16
    scale = picture.bounding_box()["width"] / drawing.WIDTH
    assert drawing.FONT * scale >= 11
    accent = page.evaluate("getComputedStyle(document.querySelector('.ring circle + circle')).stroke")
    assert page.evaluate("getComputedStyle(document.querySelector('.plot-line')).stroke") == accent
