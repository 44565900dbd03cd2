"""The platforms that lead to an account: the list of them, the end of one, and that nobody locks themselves out."""

from __future__ import annotations

import json
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils import timezone
from fido2.utils import websafe_decode
from lti_tool.models import LtiMembership, LtiRegistration, LtiUser

from apps.accounts import leaving, sessions
from apps.lti import linked
from apps.lti.models import Launch, Passback, Seat
from tests.accounts.passkey import registration as passkey

ELSEWHERE = reverse("socialaccount_connections")
PASSWORD = "bob-secret"


def unlinking(person: LtiUser | None = None) -> str:
    return reverse("lti:unlink", args=[(person or LtiUser.objects.get()).pk])


def confirm(client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


@pytest.fixture
def linked_bob(visitor, bob):
    """Bob, who has an account with a password, and linked it; his browser."""
    someone = visitor()
    arrival = someone.launch(roles=["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"])["Location"]
    someone.client.post(reverse("account_login"), {"login": bob.email, "password": PASSWORD})
    someone.client.post(arrival, {"account": "mine"})
    assert LtiUser.objects.get().auth_user == bob
    return someone.client


@pytest.fixture
def only_by_platform(visitor):
    """Somebody whose account the platform made; their browser."""
    someone = visitor()
    someone.come()
    return someone.client


class TestUnlinking:
    def test_the_page_of_accounts_elsewhere_has_it(self, linked_bob):
        assert "Accounts elsewhere" in linked_bob.get(reverse("mfa_index")).text
        page = linked_bob.get(ELSEWHERE).text
        assert "The school" in page
        assert f'href="{unlinking()}"' in page

    def test_others_have_none(self, client, bob, settings):
        settings.SOCIALACCOUNT_PROVIDERS = {}
        client.force_login(bob)
        assert "Learning platforms" not in client.get(ELSEWHERE).text
        assert "Accounts elsewhere" not in client.get(reverse("mfa_index")).text

    def test_it_says_what_follows_before_anything_does(self, linked_bob):
        confirm(linked_bob)
        page = linked_bob.get(unlinking()).text
        assert "you are asked which account is yours" in page
        assert LtiUser.objects.exists()

    def test_it_ends_and_what_the_platform_told_goes(self, linked_bob, bob):
        confirm(linked_bob)
        page = linked_bob.post(unlinking(), follow=True).text
        assert "The school leads to your account no more." in page
        for model in (LtiUser, LtiMembership, Launch, Passback, Seat):
            assert not model.objects.exists()
        assert bob.memberships.current().count() == 1  # in the course's group he stays

    def test_the_next_launch_asks_again(self, linked_bob, visitor, bob):
        confirm(linked_bob)
        linked_bob.post(unlinking())
        someone = visitor()
        arrival = someone.launch()["Location"]
        assert "Which account is yours?" in someone.client.get(arrival).text
        assert LtiUser.objects.get().auth_user is None

    def test_it_takes_the_password_again(self, linked_bob):
        assert linked_bob.get(unlinking()).url.startswith(reverse("account_reauthenticate"))
        assert linked_bob.post(unlinking()).url.startswith(reverse("account_reauthenticate"))
        assert LtiUser.objects.exists()

    def test_of_others_there_is_none(self, linked_bob, client, charlie):
        client.force_login(charlie)
        assert client.post(unlinking()).status_code == 404
        assert LtiUser.objects.exists()

    def test_the_list_costs_the_same_for_many(self, linked_bob, bob, registration, django_assert_max_num_queries):
        with django_assert_max_num_queries(12) as first:
            linked_bob.get(ELSEWHERE)
        for number in range(5):
            school = LtiRegistration.objects.create(
                name=f"School {number}", issuer="https://a", client_id=str(number), auth_url="https://a/a",
                token_url="https://a/t", keyset_url="https://a/k",
            )  # fmt: skip
            LtiUser.objects.create(registration=school, sub="1", auth_user=bob)
        with django_assert_max_num_queries(len(first)):
            linked_bob.get(ELSEWHERE)


class TestTheOnlyWay:
    def test_it_can_not_be_ended(self, only_by_platform):
        page = only_by_platform.get(unlinking()).text
        assert "not even you" in page
        assert "<form" not in page.partition('class="account-main"')[2].partition("</main>")[0]
        page = only_by_platform.post(unlinking(), follow=True).text
        assert "It is your only way in." in page
        assert LtiUser.objects.exists()

    @pytest.mark.parametrize(
        "way", ["password", "mail", "passkey", "passkey after a password", "elsewhere", "another", "switched off"]
    )
    def test_with_another_it_can(self, only_by_platform, registration, settings, way):
        settings.EMAIL_HOST = "smtp.example.org"
        person = LtiUser.objects.get()
        user = person.auth_user
        match way:
            case "password":
                user.email = "bob@new.example"
                user.set_password(PASSWORD)
                user.save()
            case "mail":
                user.email = "bob@new.example"
                user.save()
                EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            case "passkey" | "passkey after a password":
                credential = passkey(b"c" * 32)
                credential["clientExtensionResults"]["credProps"]["rk"] = way == "passkey"
                Authenticator.objects.create(
                    user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": credential}
                )
            case "elsewhere":
                SocialAccount.objects.create(user=user, provider="github", uid="7")
            case "another" | "switched off":
                registration.pk, registration.client_id, registration.is_active = None, "two", way == "another"
                registration.save()
                LtiUser.objects.create(registration=registration, sub="1", auth_user=user)
        person.refresh_from_db()
        assert linked.is_only_way(person) == (way in {"passkey after a password", "switched off"})

    def test_of_two_the_last_one_stays(self, only_by_platform, registration):
        first = LtiUser.objects.get()
        registration.pk, registration.client_id = None, "two"
        registration.save()
        second = LtiUser.objects.create(registration=registration, sub="1", auth_user=first.auth_user)
        for person in (first, second):
            only_by_platform.post(unlinking(person))
        assert list(LtiUser.objects.all()) == [second]


class TestLinking:
    """A browser that somebody left open must not get a way in of somebody else's."""

    def test_who_has_just_signed_in_is_not_asked_again(self, linked_bob):
        assert LtiUser.objects.get().auth_user is not None

    def test_who_signed_in_long_ago_shows_again_who_they_are(self, visitor, bob):
        someone = visitor()
        someone.client.post(reverse("account_login"), {"login": bob.email, "password": PASSWORD})
        now = time.time()
        session = someone.client.session
        session["account_authentication_methods"] = [{"method": "password", "at": now - 3600}]
        session.save()
        arrival = someone.launch()["Location"]
        asking = someone.client.post(arrival, {"account": "mine"})
        assert asking.url.startswith(reverse("account_reauthenticate"))
        assert LtiUser.objects.get().auth_user is None
        done = someone.client.post(asking.url, {"password": PASSWORD})
        assert done.status_code == 302, done.content
        assert LtiUser.objects.get().auth_user == bob
        assert Launch.objects.get().ended_at <= timezone.now()


class TestSecondFactors:
    """A platform's word is not enough once there is a second factor: without a first one of their own nobody got in."""

    def test_an_app_waits_for_a_way_in(self, only_by_platform):
        response = only_by_platform.get(reverse("mfa_activate_totp"), follow=True)
        assert "Add an e-mail address and a password first" in response.text
        only_by_platform.post(reverse("mfa_activate_totp"), {"code": "123456"})
        assert not Authenticator.objects.exists()

    @pytest.mark.parametrize("alone", [True, False])
    def test_a_passkey_does_if_it_signs_in_alone(self, only_by_platform, alone):
        address = reverse("mfa_add_webauthn")
        asked = only_by_platform.get(address).context["js_data"]["creation_options"]["publicKey"]
        credential = passkey(websafe_decode(asked["challenge"]))
        sent = {"name": "Key", "credential": json.dumps(credential)} | ({"passwordless": "on"} if alone else {})
        response = only_by_platform.post(address, sent)
        assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists() == alone
        assert alone or "leave this ticked" in response.text


class TestSessions:
    """Whoever comes by a platform is signed in as anybody else: the session is listed, and ends where all end."""

    def test_it_is_listed_and_ends_with_the_others(self, only_by_platform):
        user = LtiUser.objects.get().auth_user
        (session,) = UserSession.objects.filter(user=user)
        assert session.session_key == only_by_platform.session.session_key
        sessions.end(user)
        assert only_by_platform.get(reverse("profile")).status_code == 302

    def test_who_was_to_leave_and_comes_again_stays(self, only_by_platform, visitor):
        user = LtiUser.objects.get().auth_user
        leaving.schedule(user)
        visitor().come()
        user.refresh_from_db()
        assert user.leaves_at is None
