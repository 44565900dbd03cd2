"""Passkeys in a real browser with a virtual authenticator: made, signed in with, asked for after a password."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def passkeys():
    """Give a page an authenticator that answers by itself."""

    def add(page):
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    return add


def sign_in(page, user, password):
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_made_and_signs_in_alone_and_as_second_factor(open_page, live_server, bob, passkeys):
    page = open_page("/accounts/login/")
    session, key = passkeys(page)
    sign_in(page, bob, "bob-secret")
    expect(page.get_by_role("link", name="Bob")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill("bob-secret")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("My laptop")
    page.wait_for_load_state()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.locator("strong", has_text="My laptop")).to_be_visible()
    expect(page.get_by_text("Signs you in by itself.")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.wait_for_load_state()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("link", name="Bob")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    sign_in(page, bob, "bob-secret")
    expect(page.get_by_role("heading", name="One more thing")).to_be_visible()
    page.wait_for_load_state()  # its scripts too
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name="Bob")).to_be_visible()
    assert Authenticator.objects.get(user=bob, type="webauthn").last_used_at

    page.get_by_role("button", name="Sign out").click()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.goto("/accounts/login/")
    page.wait_for_load_state()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The browser gave no passkey")
