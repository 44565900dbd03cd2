"""The page of a course that frames StudyHub, in Chromium: two sites, real cookies, real policies."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import jwt
import pytest
from playwright.sync_api import Page, expect

from tests.lti import platform as platforms
from tests.lti.platform import DEEP, INSTRUCTOR

pytestmark = pytest.mark.browser


@pytest.fixture
def course(chromium, live_server, platform, tool_key, exercise) -> Callable[[str], Page]:
    """The page of a course at the platform, with a link of ours in a frame; what the browser complains of fails."""
    from lti_tool.models import Key

    Key.objects.create_from_jwk(tool_key)
    platform.registration()
    complaints: list[str] = []
    context = chromium.new_context()
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))

    def open_(to: str) -> Page:
        asked = {"iss": platform.url, "client_id": platforms.CLIENT, "login_hint": "17"}
        asked["target_link_uri"] = f"{live_server.url}/lti/{to}/"
        platform.frames = f"{live_server.url}/lti/login/?{urlencode(asked)}"
        page = context.new_page()
        # What has no icon is asked for one all the same.
        page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page.goto(f"{platform.url}/course")
        return page

    yield open_
    context.close()
    assert [one for one in complaints if "favicon" not in one] == []


def test_a_framed_launch_goes_on_in_a_tab(course, platform):
    platform.says = {"custom": {"studyhub": "track:numbers"}}
    page = course("launch")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="StudyHub opens in a new tab")).to_be_visible()
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Open in a new tab").click()
    tab = opened.value
    expect(tab.get_by_role("heading", name="Welcome, Bob of the School")).to_be_visible()
    tab.get_by_role("button", name="Begin with a new account").click()
    expect(tab.get_by_role("heading", name="Numbers", level=1)).to_be_visible()
    expect(tab.get_by_role("link", name="Bob of the School")).to_be_visible()


def test_something_is_chosen_inside_the_frame(course, platform):
    told = {
        "deep_link_return_url": f"{platform.url}/return",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
    }
    platform.says = {
        "message_type": "LtiDeepLinkingRequest", "roles": [INSTRUCTOR], "resource_link": None,
        f"{DEEP}deep_linking_settings": told,
    }  # fmt: skip
    page = course("deep-link")
    frame = page.frame_locator("iframe")
    frame.get_by_label("Doubling numbers").check()
    frame.get_by_role("button", name="Add to The school").click()
    expect(frame.get_by_role("heading", name="Added to the course")).to_be_visible()
    said = jwt.decode(platform.returned[0], options={"verify_signature": False})
    assert said[f"{DEEP}content_items"][0]["custom"] == {"studyhub": "exercise:doubling"}
