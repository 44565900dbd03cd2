"""Launches that are believed, and those that are refused with a page that says why."""

from __future__ import annotations

import base64
import json
import threading
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.test import Client
from lti_tool.models import LtiDeployment, LtiRegistration

from apps.lti import launching
from apps.lti.models import Health, Launch
from apps.lti.platform import PlatformError
from apps.lti.refusals import REASONS
from tests.lti import platform as platforms
from tests.lti.platform import CLIENT, DEPLOYMENT


def refused(response, why: str) -> None:
    assert response.status_code == 400, response.content.decode()
    assert REASONS[why][0] in response.content.decode().replace("&#x27;", "'")
    assert "_auth_user_id" not in response.wsgi_request.session


def test_without_a_platform_launches_are_refused(db):
    response = Client().get("/lti/login/", {"iss": "https://a", "login_hint": "1", "target_link_uri": "https://b"})
    refused(response, "off")


def test_a_launch_opens_what_the_link_says(visitor, exercise):
    someone = visitor()
    response = someone.come()
    assert response["Location"] == exercise.get_absolute_url()
    user = response.wsgi_request.user
    assert user.name == "Bob of the School"
    assert not user.has_usable_password()
    assert Health.objects.get().launched_at


def test_the_platform_is_asked_as_the_standard_says(visitor, platform):
    asked = visitor().asked()
    assert asked["redirect_uri"] == "http://testserver/lti/launch/"
    assert {asked[name] for name in ("scope", "response_type", "response_mode", "prompt")} == {
        "openid", "id_token", "form_post", "none",
    }  # fmt: skip
    assert (asked["client_id"], asked["login_hint"], asked["lti_message_hint"]) == (CLIENT, "17", "link-1")


def test_over_https_the_cookie_comes_with_a_post_from_another_site(visitor, platform):
    someone = visitor()
    asked = {"iss": platform.url, "login_hint": "1", "target_link_uri": "https://testserver/lti/launch/"}
    response = someone.client.get("/lti/login/", asked, secure=True)
    (cookie,) = (morsel for name, morsel in response.cookies.items() if name.startswith("lti-"))
    assert (cookie["samesite"], cookie["secure"], cookie["httponly"], cookie["path"]) == ("None", True, True, "/lti/")


def test_a_link_that_opens_nothing_leads_to_the_first_page(visitor):
    assert visitor().come(custom={"studyhub": "exercise:no-such"})["Location"] == "/"


def test_a_state_that_is_not_known(visitor, platform):
    someone = visitor()
    asked = someone.asked()
    refused(someone.send(platform.sign(platform.claims(asked["nonce"])), "another"), "state")


def test_a_state_that_is_too_old(visitor, platform):
    someone = visitor()
    asked = someone.asked()
    Launch.objects.update(created_at="2026-01-01T00:00:00Z")
    refused(someone.send(platform.sign(platform.claims(asked["nonce"])), asked["state"]), "state")


def test_a_launch_serves_once(visitor, platform):
    someone = visitor()
    asked = someone.asked()
    token = platform.sign(platform.claims(asked["nonce"]))
    assert someone.send(token, asked["state"]).status_code == 302
    refused(someone.send(token, asked["state"]), "replayed")


def test_a_launch_of_another_browser_is_refused_with_a_way_on(visitor, platform):
    asked = visitor().asked()
    response = visitor().send(platform.sign(platform.claims(asked["nonce"])), asked["state"])
    refused(response, "cookie")
    assert "Open in a new tab" in response.content.decode()


def test_whoever_has_the_address_of_arrival_needs_the_browser_too(visitor):
    arrival = visitor().launch()["Location"]
    assert visitor().client.get(arrival).status_code == 404
    assert visitor().client.post(arrival, {"account": "new"}).status_code == 404


def test_an_arrival_signs_in_once(visitor):
    someone = visitor()
    arrival = someone.launch()["Location"]
    someone.client.post(arrival, {"account": "new"})
    del someone.client.cookies["sessionid"]
    refused(someone.client.get(arrival), "replayed")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "signature"),
        ({"aud": "another-client"}, "audience"),
        ({"aud": [CLIENT, "another"]}, "audience"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "audience"),
        ({"azp": "another"}, "audience"),
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200}, "expired"),
        ({"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200}, "expired"),
        ({"exp": None}, "signature"),
        ({"sub": None}, "signature"),
        ({"sub": "x" * 300}, "message"),
        ({"deployment_id": "never-seen"}, "deployment"),
        ({"deployment_id": None}, "deployment"),
        ({"version": "1.1"}, "message"),
        ({"message_type": "SomethingElse"}, "message"),
        ({"resource_link": {}}, "message"),
        ({"roles": None}, "message"),
    ],
)
def test_what_the_platform_signed_but_does_not_fit(visitor, changes, why):
    refused(visitor().launch(**changes), why)
    assert Launch.objects.get().used_at is None
    assert Health.objects.get().refusal


def test_two_audiences_are_good_where_we_are_the_one_it_is_for(visitor):
    assert visitor().launch(aud=["another", CLIENT], azp=CLIENT).status_code == 302


def encoded(part: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


class TestSignatures:
    def test_none_at_all(self, visitor, platform):
        someone = visitor()
        asked = someone.asked()
        claims = encoded(platform.claims(asked["nonce"]))
        for alg in ("none", "None", "NONE"):
            token = f"{encoded({'alg': alg, 'kid': 'first', 'typ': 'JWT'})}.{claims}."
            refused(someone.send(token, asked["state"]), "algorithm")

    def test_by_the_public_key_as_if_it_were_a_secret(self, visitor, platform):
        someone = visitor()
        asked = someone.asked()
        pem = platform.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        head, body = encoded({"alg": "HS256", "kid": "first", "typ": "JWT"}), encoded(platform.claims(asked["nonce"]))
        signature = jwt.get_algorithm_by_name("HS256")
        signed = f"{head}.{body}".encode()
        mac = base64.urlsafe_b64encode(signature.sign(signed, pem)).rstrip(b"=").decode()
        refused(someone.send(f"{head}.{body}.{mac}", asked["state"]), "algorithm")

    def test_by_a_key_that_is_not_published(self, visitor, platform):
        someone = visitor()
        asked = someone.asked()
        token = platform.sign(platform.claims(asked["nonce"]), key=platforms.new_key(), kid="foreign")
        refused(someone.send(token, asked["state"]), "key")

    def test_by_another_key_under_a_published_name(self, visitor, platform):
        someone = visitor()
        asked = someone.asked()
        token = platform.sign(platform.claims(asked["nonce"]), key=platforms.new_key())
        refused(someone.send(token, asked["state"]), "signature")

    def test_a_name_that_was_changed_afterwards(self, visitor, platform):
        someone = visitor()
        asked = someone.asked()
        head, _, signature = platform.sign(platform.claims(asked["nonce"])).split(".")
        body = encoded(platform.claims(asked["nonce"], sub="tina-1"))
        refused(someone.send(f"{head}.{body}.{signature}", asked["state"]), "signature")

    def test_a_key_that_is_new_is_fetched(self, visitor, platform):
        assert visitor().launch().status_code == 302
        second = platforms.new_key()
        platform.published = {"keys": [platforms.public(second, "second")]}
        from django.core.cache import cache

        cache.clear()  # as after the minute within which it isn't asked again
        someone = visitor()
        asked = someone.asked()
        token = platform.sign(platform.claims(asked["nonce"]), key=second, kid="second")
        assert someone.send(token, asked["state"]).status_code == 302

    def test_of_many_at_once_one_asks_and_none_is_refused(self, visitor, registration, monkeypatch):
        """A class opens a link in the same second in which the keys have run out."""
        reads, read = [], launching.Platform.public_keys

        def slowly(platform):
            reads.append(platform)
            found = read(platform)
            waiting.wait(10)  # until somebody else waits for it
            return found

        waiting = threading.Event()
        monkeypatch.setattr(launching.Platform, "public_keys", slowly)
        monkeypatch.setattr(launching.time, "sleep", lambda _: waiting.set())
        start, found = threading.Barrier(2), []

        def come():
            start.wait(10)
            found.append(launching._public_key(registration, "first")["kid"])

        both = [threading.Thread(target=come) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert found == ["first", "first"]
        assert len(reads) == 1

    def test_a_platform_that_can_not_is_not_asked_by_each_launch(self, visitor, platform, monkeypatch):
        asked = []

        def fail(platform):
            asked.append(platform)
            raise PlatformError("It did not answer within 8 s.")

        monkeypatch.setattr(launching.Platform, "public_keys", fail)
        for _ in range(3):
            refused(visitor().launch(), "keys")
        assert len(asked) == 1

    def test_a_name_that_is_not_published_is_asked_for_once_a_minute(self, visitor, platform, monkeypatch):
        asked, read = [], launching.Platform.public_keys
        monkeypatch.setattr(launching.Platform, "public_keys", lambda one: asked.append(one) or read(one))
        for _ in range(3):
            someone = visitor()
            state = someone.asked()
            token = platform.sign(platform.claims(state["nonce"]), key=platforms.new_key(), kid="foreign")
            refused(someone.send(token, state["state"]), "key")
        assert len(asked) == 1

    def test_keys_that_are_none(self, visitor, platform):
        platform.published = {"keys": "none"}
        refused(visitor().launch(), "keys")

    @pytest.mark.parametrize(
        "token", ["", "a.b", "a.b.c", "é.é.é", f"{encoded({})}.{base64.urlsafe_b64encode(b'[]').decode()}.x"]
    )
    def test_what_is_no_token(self, visitor, token):
        someone = visitor()
        refused(someone.send(token, someone.asked()["state"]), "malformed")


def test_a_platform_that_was_switched_off(visitor, platform, registration):
    someone = visitor()
    asked = someone.asked()
    LtiRegistration.objects.update(is_active=False)
    refused(someone.send(platform.sign(platform.claims(asked["nonce"])), asked["state"]), "state")
    refused(someone.begin(), "off")


def test_a_launch_of_one_platform_is_not_taken_from_another(visitor, platform, registration):
    other = LtiRegistration.objects.get(pk=registration.pk)
    other.pk, other.client_id, other.uuid = None, "second-client", "7c1f2c5e-3a52-4f2b-9d5a-6a0b8b3f7a11"
    other.save()
    LtiDeployment.objects.create(registration=other, deployment_id=DEPLOYMENT, is_active=True)
    someone = visitor()
    asked = someone.asked()
    token = platform.sign(platform.claims(asked["nonce"], aud="second-client"))
    refused(someone.send(token, asked["state"]), "audience")


def test_of_two_clients_of_one_platform_it_has_to_say_which(visitor, platform, registration):
    LtiRegistration.objects.create(
        name="again",
        issuer=registration.issuer,
        client_id="b",
        auth_url="https://a/",
        token_url="https://a/",
        keyset_url="https://a/",
    )
    asked = {"iss": platform.url, "login_hint": "1", "target_link_uri": "http://testserver/lti/launch/"}
    refused(Client().get("/lti/login/", asked), "incomplete")


class TestInAFrame:
    def test_it_asks_for_a_tab_and_begins_anew_there(self, visitor, platform):
        someone = visitor()
        response = someone.begin(**{"Sec-Fetch-Dest": "iframe"})
        assert response.status_code == 200
        assert not Launch.objects.exists()
        page = response.content.decode()
        address = page.split('<a class="btn btn-primary" href="')[1].split('"')[0].replace("&amp;", "&")
        assert someone.client.get(address).status_code == 302

    def test_only_registered_platforms_may_frame_it(self, visitor, platform):
        response = visitor().begin(**{"Sec-Fetch-Dest": "iframe"})
        assert f"frame-ancestors {platform.url};" in response["Content-Security-Policy"] + ";"
        assert "X-Frame-Options" not in response

    def test_a_platform_that_is_off_may_not(self, visitor, registration):
        LtiRegistration.objects.update(is_active=False)
        response = visitor().begin(**{"Sec-Fetch-Dest": "iframe"})
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"

    def test_where_somebody_is_signed_in_nobody_frames(self, visitor):
        someone = visitor()
        arrival = someone.launch()["Location"]
        for address in (arrival, "/", "/lti/"):
            response = someone.client.get(address)
            assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
            assert response["X-Frame-Options"] == "DENY"
