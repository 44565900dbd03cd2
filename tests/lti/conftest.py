"""A platform on this machine whose course leads here, and a browser that goes its way."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from jwcrypto.jwk import JWK
from lti_tool.models import Key, LtiRegistration

from apps.quizzes.models import Quiz
from tests.lti import platform as platforms
from tests.lti.platform import INSTRUCTOR, Platform
from tests.quizzes import site
from tests.submissions.conftest import exercise, package  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def platform_key():
    return platforms.new_key()


@pytest.fixture
def platform(platform_key, settings):
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.1/32")]
    with platforms.running(platform_key) as platform:
        yield platform


@pytest.fixture(scope="session")
def tool_key() -> JWK:
    """Ours, made once: that takes as long as a test."""
    return JWK.generate(kty="RSA", size=2048)


@pytest.fixture
def registration(db, platform, tool_key) -> LtiRegistration:
    Key.objects.create_from_jwk(tool_key)
    return platform.registration()


class Visitor:
    """Somebody's browser on its way from the platform to here."""

    def __init__(self, platform: Platform, client: Client | None = None) -> None:
        self.platform, self.client = platform, client or Client()

    def begin(self, *, to: str = "launch", **headers: str):
        """What the platform sends them to first."""
        asked = {
            "iss": self.platform.url,
            "client_id": platforms.CLIENT,
            "login_hint": "17",
            "lti_message_hint": "link-1",
            "target_link_uri": f"http://testserver/lti/{to}/",
        }
        return self.client.post("/lti/login/", asked, headers=headers)

    def asked(self, **options: Any) -> dict[str, str]:
        """The same, and what the platform is then asked."""
        response = self.begin(**options)
        assert response.status_code == 302, response.content.decode()
        return {name: value[0] for name, value in parse_qs(urlsplit(response["Location"]).query).items()}

    def send(self, token: str, state: str, *, to: str = "launch"):
        """What the platform's form posts."""
        return self.client.post(f"/lti/{to}/", {"id_token": token, "state": state})

    def launch(self, **claims: Any):
        """The whole way, until it is believed or refused."""
        asked = self.asked()
        token = self.platform.sign(self.platform.claims(asked["nonce"], **claims))
        return self.send(token, asked["state"])

    def come(self, account: str = "new", **claims: Any):
        """The whole way, with a new account where there is none; the answer sends on to what the link opens."""
        sent = self.launch(**claims)
        assert sent.status_code == 302, sent.content.decode()
        arrived = self.client.get(sent["Location"])
        if arrived.status_code == 200:
            arrived = self.client.post(sent["Location"], {"account": account})
        return arrived

    def teach(self, **claims: Any):
        """As Tina, who teaches the course."""
        return self.come(**{"sub": "tina-1", "name": "Tina", "roles": [INSTRUCTOR]} | claims)


@pytest.fixture
def visitor(platform, registration, exercise) -> Callable[[], Visitor]:  # noqa: F811
    return lambda client=None: Visitor(platform, client)


@pytest.fixture
def quiz(db) -> Quiz:
    return site.load(site.entry())
