"""What only a browser shows: scripts, the content security policy, widths, light and dark."""

import json
import re
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from apps.catalog.models import Completion
from studyhub.templatetags.ui import THEMES

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("catalog")]
VIDEO = "/tracks/regression/resources/tree-video/"
PLAYER = "https://www.youtube-nocookie.com"
# A page's own scripts write where a video is; the test waits for it.
TELLS_WHAT_IS_WRITTEN = """
  const { setItem, removeItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, value) { setItem.call(this, key, value); console.log(key, "is", value); };
  Storage.prototype.removeItem = function (key) { removeItem.call(this, key); console.log(key, "is no more"); };
"""
PAGES = ["/", "/tracks/regression/", VIDEO, "/concepts/", "/concepts/gradient-descent/", "/accounts/login/"]


def origin_of(page: Page) -> str:
    parts = urlsplit(page.url)
    return quote(f"{parts.scheme}://{parts.netloc}", safe="")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_fits_and_breaks_no_policy(open_page, path, width):
    page = open_page(path, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "lines"), [(320, 2), (360, 2), (390, 2), (820, 1), (1024, 1), (1280, 1)])
def test_the_navigation_needs_no_scrolling_and_few_lines(open_page, alice, width, lines):
    page = open_page("/", user=alice, viewport={"width": width, "height": 800})
    tops = page.locator(".site-nav a").evaluate_all("links => links.map((link) => link.getBoundingClientRect().top)")
    heights = page.locator(".site-nav a").evaluate_all("links => links.map((link) => link.offsetHeight)")
    assert len(set(tops)) <= lines
    assert 24 <= min(heights) <= max(heights) < 50
    assert page.locator(".site-nav").evaluate("nav => nav.scrollWidth <= nav.clientWidth")
    # Who one is stands at the right, beside the name of the site.
    brand, you = page.locator(".brand").bounding_box(), page.locator(".site-you").bounding_box()
    assert abs(brand["y"] + brand["height"] / 2 - you["y"] - you["height"] / 2) < 8
    assert you["x"] > brand["x"] + brand["width"]


@pytest.mark.parametrize("path", ["/", "/concepts/gradient-descent/"])
def test_paper_is_white_and_holds_the_content_alone(open_page, bob, path):
    page = open_page(path, user=bob, color_scheme="dark", viewport={"width": 690, "height": 900})
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("h1")).to_have_css("color", "rgb(20, 23, 31)")
    expect(page.locator(".site-head")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 690


def test_paper_says_where_a_resource_is_and_holds_nothing_to_click(open_page, bob):
    page = open_page("/tracks/regression/resources/descent-paper/", user=bob)
    page.emulate_media(media="print")
    link = page.locator("main a.btn[href^='http']").first
    expect(link).to_be_visible()
    said = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert link.get_attribute("href") in said
    for part in (".turn", ".crumbs", "main button", ".toasts"):
        for one in page.locator(part).all():
            expect(one).to_be_hidden()


def test_a_resource_is_marked_as_done_and_back_in_place(open_page, bob, video):
    page = open_page(VIDEO, user=bob)
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Mark as done").click()
    page.get_by_role("button", name="Undo").wait_for()
    assert Completion.objects.filter(user=bob, resource=video).exists()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Mark as done").wait_for()
    assert not Completion.objects.exists()
    assert page.evaluate("window.stayed")


def test_the_card_of_a_video_becomes_a_player_on_request_only(open_page):
    page = open_page("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    # In place of YouTube, an empty page: a refused one would be a complaint.
    page.route(f"{PLAYER}/**", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto(VIDEO)
    assert [url for url in asked if "youtube" in url] == []
    page.locator(".player-link").click()
    page.locator(".player iframe").wait_for()
    assert [url for url in asked if "youtube" in url] == [
        f"{PLAYER}/embed/7eh4d6sabA0?autoplay=1&rel=0&enablejsapi=1&origin={origin_of(page)}"
    ]


@pytest.fixture
def watch(open_page):
    """Play the video; YouTube says how far it is and how long, in each of `moments`, and what was written is told."""

    def watch_(*moments, page=None):
        page = page or open_page("/")
        page.unroute_all()
        said = json.dumps([json.dumps({"event": "infoDelivery", "info": info}) for info in moments])
        body = f"<script>onmessage = () => {said}.forEach((info) => parent.postMessage(info, '*'))</script>"
        page.route(f"{PLAYER}/**", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.add_init_script(TELLS_WHAT_IS_WRITTEN)
        page.goto(VIDEO)
        return page

    return watch_


def test_a_video_goes_on_where_one_stopped(watch):
    page = watch({"duration": 600}, {"currentTime": 83.4})
    expect(page.locator(".player-button")).to_have_text("Play A tree in ten minutes on YouTube")
    with page.expect_console_message(lambda message: message.text == "video:7eh4d6sabA0 is 83"):
        page.locator(".player-link").click()
    page.reload()
    expect(page.locator(".player-button")).to_have_text("Go on at 1:23 A tree in ten minutes on YouTube")
    expect(page.locator(".player-link")).to_have_attribute("href", re.compile(r"[?&]t=83s"))
    page.locator(".player-link").click()
    expect(page.locator(".player iframe")).to_have_attribute("src", re.compile(r"[?&]start=83(&|$)"))


@pytest.mark.parametrize(
    "end", [{"duration": 600, "currentTime": 595}, {"playerState": 0, "duration": 600, "currentTime": 90}]
)
def test_a_video_that_was_seen_to_its_end_begins_anew(watch, end):
    page = watch({"duration": 600, "currentTime": 83.4}, end)
    with page.expect_console_message(lambda message: message.text == "video:7eh4d6sabA0 is no more"):
        page.locator(".player-link").click()
    page.reload()
    expect(page.locator(".player-button")).to_have_text("Play A tree in ten minutes on YouTube")


def test_what_another_window_says_of_a_video_is_not_believed(watch):
    page = watch({"duration": 600, "currentTime": 83.4})
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    lie = json.dumps({"event": "infoDelivery", "info": {"currentTime": 300, "duration": 600}})
    with page.expect_console_message(lambda message: message.text == "video:7eh4d6sabA0 is 83"):
        page.locator(".player-link").click()
        page.evaluate("lie => window.postMessage(lie, '*')", lie)
    assert told == ["video:7eh4d6sabA0 is 83"]


@pytest.mark.parametrize("choice", [theme for theme in THEMES if theme != "auto"])
@pytest.mark.parametrize("scripts", [True, False])
def test_the_theme_changes_and_stays(open_page, choice, scripts):
    other = "dark" if choice == "light" else "light"
    page = open_page("/concepts/", color_scheme=other, java_script_enabled=scripts)
    with page.expect_response("**/theme/"):
        page.locator(f"button[name=theme][value={choice}]").click()
    page.goto(VIDEO)
    assert page.locator("html").get_attribute("data-theme") == choice
    assert page.locator(f"button[value={choice}]").get_attribute("aria-pressed") == "true"


def test_formulas_are_typeset(open_page):
    page = open_page("/tracks/regression/resources/descent-paper/")
    page.locator(".prose .katex").wait_for()
    assert page.locator(".prose .katex-error").count() == 0


def test_a_formula_far_below_waits_until_somebody_does_something(open_page):
    page = open_page("/tracks/regression/resources/descent-paper/", viewport={"width": 390, "height": 300})
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { document.querySelector('main').style.paddingTop = '9000px'; });"
    )
    page.reload(wait_until="networkidle")
    assert page.locator(".math-inline, .math-display").count()
    assert page.locator(".katex").count() == 0
    assert not [url for url in asked if "katex" in url]
    page.keyboard.press("Shift")
    page.locator(".prose .katex").first.wait_for(state="attached")
    assert page.evaluate("scrollY") == 0


def test_the_first_tab_reaches_the_way_past_the_header(open_page):
    page = open_page("/tracks/regression/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
