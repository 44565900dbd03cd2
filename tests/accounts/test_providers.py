"""Signing in through somebody else: the whole way there and back, and everything that a provider may get wrong."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from studyhub import env, signin
from tests.accounts import provider as local

PERSON = {"sub": "248", "name": "Olga Ott", "email": "olga@example.org", "email_verified": True}
LOGIN = "/accounts/oidc/oidc/login/"


@pytest.fixture(scope="module")
def server():
    with local.running() as provider:
        yield provider


@pytest.fixture
def provider(server, settings, monkeypatch, db):
    """A site that knows it."""
    server.lie, server.person = "", dict(PERSON)
    monkeypatch.setenv("STUDYHUB_OIDC_URL", server.url)
    monkeypatch.setenv("STUDYHUB_OIDC_CLIENT_ID", local.CLIENT)
    monkeypatch.setenv("STUDYHUB_OIDC_CLIENT_SECRET", local.PASSWORD)
    monkeypatch.setenv("STUDYHUB_OIDC_NAME", "Uni Test")
    settings.SOCIALACCOUNT_PROVIDERS = signin.providers()
    return server


def leave(client, **query) -> str:
    """Press the button; the address of the provider that the page leads to."""
    response = client.post(LOGIN, query_params=query)
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', response.text)
    assert found, response.text
    return unescape(found[1])


def come_back(client, target: str):
    """As the browser does: to the provider, and with what it says back to the site."""
    back = requests.get(target, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}", follow=True)


def test_the_page_offers_it_by_its_name(provider, client):
    assert "Sign in with Uni Test" in client.get(reverse("account_login")).text
    assert "Sign in with Uni Test" in client.get(reverse("account_signup")).text


def test_without_one_the_page_says_nothing_of_it(client, db):
    assert "account elsewhere" not in client.get(reverse("account_login")).text


def test_somebody_new_gets_an_account_with_their_name(provider, client):
    response = come_back(client, leave(client))
    user = User.objects.get()
    assert response.context["user"] == user
    assert (user.email, user.name, user.has_usable_password()) == ("olga@example.org", "Olga Ott", False)
    assert EmailAddress.objects.get(user=user).verified
    assert not SocialToken.objects.exists()


def test_the_second_time_it_is_the_same_account(provider, client):
    come_back(client, leave(client))
    client.logout()
    provider.person["email"] = "other@example.org"
    assert come_back(client, leave(client)).context["user"] == User.objects.get()


def test_the_way_there_holds_a_challenge_and_a_nonce_and_no_secret(provider, client):
    asked = {name: values[0] for name, values in parse_qs(urlsplit(leave(client)).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) == 64
    assert "code_verifier" not in asked
    assert local.PASSWORD not in str(asked)


def test_it_goes_where_the_reader_was(provider, client):
    response = come_back(client, leave(client, next="/concepts/"))
    assert response.redirect_chain[-1][0] == "/concepts/"


def test_a_link_alone_leads_nowhere(provider, client):
    """Another site could sign a reader in as somebody else: it takes a form of ours."""
    response = client.get(LOGIN)
    assert response.status_code == 200
    assert "refresh" not in response.text
    assert not provider.codes


@pytest.mark.parametrize(
    "lie",
    [
        "audience",
        "issuer",
        "expired",
        "nonce",
        "no nonce",
        "signature",
        "unknown key",
        "unsigned",
        "shared secret",
        "no token",
    ],
)
def test_a_token_that_proves_nothing_signs_nobody_in(provider, client, lie):
    provider.lie = lie
    response = come_back(client, leave(client))
    assert not response.context["user"].is_authenticated
    assert "prove to us who you are" in response.text.replace("&#x27;", "'")
    assert not User.objects.exists()


def test_what_was_meant_for_another_browser_is_refused(provider, client):
    back = requests.get(leave(client), allow_redirects=False, timeout=5).headers["Location"]
    response = Client().get(back.partition("testserver")[2], follow=True)
    assert not response.context["user"].is_authenticated


def test_a_code_counts_once(provider, client):
    back = requests.get(leave(client), allow_redirects=False, timeout=5).headers["Location"].partition("testserver")[2]
    client.get(back)
    client.logout()
    assert not client.get(back, follow=True).context["user"].is_authenticated


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize("mail", ["mandatory", "optional", "none"])
def test_an_account_that_is_there_is_never_taken_over(provider, client, bob, settings, verified, mail):
    settings.ACCOUNT_EMAIL_VERIFICATION = mail
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    provider.person |= {"email": "Bob@Example.org", "email_verified": verified}
    response = come_back(client, leave(client))
    assert not response.context["user"].is_authenticated
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1


def test_nor_by_typing_its_address_into_the_form_that_follows(provider, client, bob):
    provider.person["email"] = bob.email
    come_back(client, leave(client))
    response = client.post(reverse("socialaccount_signup"), {"email": bob.email})
    assert response.status_code == 200
    assert not SocialAccount.objects.exists()


def test_who_is_signed_in_connects_it_and_signs_in_by_it(provider, client, bob):
    client.post(reverse("account_login"), {"login": bob.email, "password": "bob-secret"})
    come_back(client, leave(client, process="connect"))
    assert not SocialAccount.objects.exists()  # first they show once more who they are
    client.post(reverse("account_reauthenticate"), {"password": "bob-secret"})
    account = SocialAccount.objects.get()
    assert account.user == bob
    page = client.get(reverse("socialaccount_connections")).text
    assert "Disconnect" in page
    client.logout()
    assert come_back(client, leave(client)).context["user"] == bob
    client.post(reverse("account_reauthenticate"), {"password": "bob-secret"})
    client.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert not SocialAccount.objects.exists()


def test_the_last_way_in_is_not_taken_away(provider, client):
    come_back(client, leave(client))
    account = SocialAccount.objects.get()
    response = client.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert response.status_code == 200
    assert SocialAccount.objects.exists()


def test_leaving_it_there_is_no_fault(provider, client):
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]
    response = client.get(f"{LOGIN}callback/", {"error": "access_denied", "state": state}, follow=True)
    assert "Nothing happened" in response.text


class TestSettings:
    @pytest.fixture(autouse=True)
    def clean(self, monkeypatch):
        self.set = monkeypatch.setenv

    def test_none_is_none(self):
        assert signin.providers() == {}

    def test_each_is_known_by_its_variables_with_a_secret_from_a_file(self, tmp_path):
        file = tmp_path / "secret"
        file.write_text("from-a-file\n")
        self.set("STUDYHUB_GITHUB_CLIENT_ID", "hub")
        self.set("STUDYHUB_GITHUB_CLIENT_SECRET_FILE", str(file))
        self.set("STUDYHUB_GOOGLE_CLIENT_ID", "goo")
        self.set("STUDYHUB_GOOGLE_CLIENT_SECRET", "google-secret")
        found = signin.providers()
        assert found["github"]["APPS"] == [{"client_id": "hub", "secret": "from-a-file"}]
        assert all(found[name]["OAUTH_PKCE_ENABLED"] for name in ("github", "google"))

    def test_any_number_of_openid_providers(self):
        for number in ("", "_2", "_7"):
            self.set(f"STUDYHUB_OIDC{number}_URL", f"https://id{number}.example.org/")
            self.set(f"STUDYHUB_OIDC{number}_CLIENT_ID", "x")
            self.set(f"STUDYHUB_OIDC{number}_CLIENT_SECRET", "secret-secret")
        apps = signin.providers()["openid_connect"]["APPS"]
        assert [one["provider_id"] for one in apps] == ["oidc", "oidc-2", "oidc-7"]
        assert apps[1]["settings"]["server_url"] == "https://id_2.example.org"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("STUDYHUB_GITHUB_CLIENT_ID", "half"),
            ("STUDYHUB_GOOGLE_CLIENT_SECRET", "half-of-it"),
            ("STUDYHUB_OIDC_URL", "https://id.example.org"),
            ("STUDYHUB_OIDC_URL", "http://id.example.org"),
            ("STUDYHUB_OIDC_CLIENT_ID", "half"),
        ],
    )
    def test_half_of_one_stops_the_start(self, name, value):
        self.set(name, value)
        with pytest.raises(env.SettingError, match="_".join(name.split("_")[:2])):
            signin.providers()

    def test_verification_is_asked_for_where_mail_can_be_sent_unless_the_site_says_otherwise(self):
        assert (signin.email_verification(can_mail=True), signin.email_verification(can_mail=False)) == (
            "mandatory",
            "optional",
        )
        self.set("STUDYHUB_EMAIL_VERIFICATION", "none")
        assert signin.email_verification(can_mail=True) == "none"
        self.set("STUDYHUB_EMAIL_VERIFICATION", "sometimes")
        with pytest.raises(env.SettingError, match="STUDYHUB_EMAIL_VERIFICATION='sometimes'"):
            signin.email_verification(can_mail=True)
