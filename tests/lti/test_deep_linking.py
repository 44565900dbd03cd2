"""Choosing what a link opens, in a frame without cookies too; the platform checks what it gets back."""

from __future__ import annotations

import html
import re

import jwt
import pytest
from django.test import Client

from apps.lti.models import Launch
from tests.lti.platform import CLAIM, CLIENT, DEEP, DEPLOYMENT, INSTRUCTOR

SETTINGS = f"{DEEP}deep_linking_settings"
BACK = "https://school.example/deep-links/return?id=4"


@pytest.fixture
def ask(visitor, platform):
    """The platform asks for a choice; the answer is the page, or a refusal."""

    def ask_(to: str = "deep-link", cookies: bool = True, **settings):
        someone = visitor()
        asked = someone.asked(to=to, **{"Sec-Fetch-Dest": "iframe"})
        told = {
            "deep_link_return_url": BACK,
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe", "window"],
            "data": "as-it-was:7",
        } | settings
        claims = platform.claims(
            asked["nonce"],
            message_type="LtiDeepLinkingRequest",
            roles=[INSTRUCTOR],
            resource_link=None,
            **{SETTINGS: told},
        )
        if not cookies:
            someone.client = Client()
        return someone.send(platform.sign(claims), asked["state"], to=to)

    return ask_


def choice(page) -> str:
    assert page.status_code == 200, page.content.decode()
    return re.search(r'name="choice" value="([^"]+)"', page.content.decode())[1]


def sent_back(response) -> tuple[str, str]:
    page = response.content.decode()
    address = html.unescape(re.search(r'action="([^"]+)"', page)[1])
    return address, re.search(r'name="JWT" value="([^"]+)"', page)[1]


def test_what_is_chosen_goes_back_signed(ask, platform, exercise):
    chosen = Client().post("/lti/choose/", {"choice": choice(ask(cookies=False)), "opens": "exercise:doubling"})
    address, token = sent_back(chosen)
    assert address == BACK
    keys = {key["kid"]: jwt.PyJWK(key) for key in Client().get("/lti/keys.json").json()["keys"]}
    key = keys[jwt.get_unverified_header(token)["kid"]]
    said = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=platform.url,
        issuer=CLIENT,
        options={"require": ["exp", "iat", "nonce"]},
    )
    assert said[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
    assert (said[f"{CLAIM}deployment_id"], said[f"{CLAIM}version"]) == (DEPLOYMENT, "1.3.0")
    assert said[f"{DEEP}data"] == "as-it-was:7"
    (item,) = said[f"{DEEP}content_items"]
    assert (item["type"], item["title"], item["url"]) == (
        "ltiResourceLink", "Doubling numbers", "http://testserver/lti/launch/",
    )  # fmt: skip
    assert item["custom"] == {"studyhub": "exercise:doubling"}
    assert item["lineItem"]["scoreMaximum"] == 100
    assert item["lineItem"]["label"] == "Doubling numbers"


def test_what_comes_back_opens_what_was_chosen(ask, visitor, exercise):
    response = Client().post("/lti/choose/", {"choice": choice(ask()), "opens": "exercise:doubling"})
    said = jwt.decode(sent_back(response)[1], options={"verify_signature": False})
    (item,) = said[f"{DEEP}content_items"]
    assert visitor().come(custom=item["custom"])["Location"] == exercise.get_absolute_url()


def test_a_track_has_no_column(ask):
    response = Client().post("/lti/choose/", {"choice": choice(ask()), "opens": "track:numbers"})
    said = jwt.decode(sent_back(response)[1], options={"verify_signature": False})
    assert "lineItem" not in said[f"{DEEP}content_items"][0]


def test_no_column_where_the_platform_takes_none(ask):
    page = ask(accept_lineitem=False)
    response = Client().post("/lti/choose/", {"choice": choice(page), "opens": "exercise:doubling"})
    said = jwt.decode(sent_back(response)[1], options={"verify_signature": False})
    assert "lineItem" not in said[f"{DEEP}content_items"][0]


def test_the_page_may_be_framed_and_send_to_the_platform_alone(ask, platform):
    page = ask()
    assert f"frame-ancestors {platform.url}" in page["Content-Security-Policy"]
    chosen = Client().post("/lti/choose/", {"choice": choice(page), "opens": "exercise:doubling"})
    assert "form-action 'self' https://school.example" in chosen["Content-Security-Policy"]


def test_nobody_is_signed_in_by_it(ask, visitor):
    response = ask()
    assert "sessionid" not in response.cookies
    assert Launch.objects.get().lti_user is None


def test_one_can_search_and_is_told_to_choose(ask):
    token = choice(ask())
    found = Client().post("/lti/choose/", {"choice": token, "q": "doubling", "find": "1"}).content.decode()
    assert "Doubling numbers" in found
    assert (
        "Nothing is named"
        in Client().post("/lti/choose/", {"choice": token, "q": "zebra", "find": "1"}).content.decode()
    )
    assert Client().post("/lti/choose/", {"choice": token}).status_code == 422


def test_a_choice_serves_once(ask):
    token = choice(ask())
    assert Client().post("/lti/choose/", {"choice": token, "opens": "track:numbers"}).status_code == 200
    assert Client().post("/lti/choose/", {"choice": token, "opens": "track:numbers"}).status_code == 400


def test_a_choice_that_was_made_up(ask):
    ask()
    assert Client().post("/lti/choose/", {"choice": "made:up:now", "opens": "track:numbers"}).status_code == 400


def test_what_there_is_not_can_not_be_chosen(ask):
    assert Client().post("/lti/choose/", {"choice": choice(ask()), "opens": "exercise:none"}).status_code == 400


@pytest.mark.parametrize("back", ["javascript:alert(1)", "", None, "data:text/html,x"])
def test_an_address_that_leads_nowhere_good(ask, back):
    assert ask(deep_link_return_url=back).status_code == 400


def test_at_the_address_of_launches_it_needs_the_browser(visitor, platform):
    someone = visitor()
    asked = someone.asked()
    told = {
        "deep_link_return_url": BACK,
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["window"],
    }
    changes = {"message_type": "LtiDeepLinkingRequest", SETTINGS: told}
    token = platform.sign(platform.claims(asked["nonce"], **changes))
    assert visitor().send(token, asked["state"]).status_code == 400
    assert "Choose from StudyHub" in someone.send(token, asked["state"]).content.decode()


def test_a_launch_signs_nobody_in_at_the_address_of_choices(visitor, platform):
    someone = visitor()
    asked = someone.asked(to="deep-link")
    response = someone.send(platform.sign(platform.claims(asked["nonce"])), asked["state"], to="deep-link")
    assert response.status_code == 400


def test_queries_do_not_grow_with_what_is_on_offer(ask, exercise, django_assert_max_num_queries):
    token = choice(ask())
    with django_assert_max_num_queries(12):
        Client().post("/lti/choose/", {"choice": token, "q": "", "find": "1"})
