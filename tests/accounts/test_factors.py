"""A second factor: switched on, asked for, guessed at, lost; and no way around it."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.urls import reverse

from studyhub.limits import for_allauth, read_limits
from tests.accounts.passkey import registration

KEY = "JBSWY3DPEHPK3PXP"


def code(secret: str = KEY) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def sign_in(client, user, password: str, **query):
    return client.post(reverse("account_login"), {"login": user.email, "password": password}, query_params=query)


@pytest.fixture
def guarded(bob):
    TOTP.activate(bob, KEY)
    RecoveryCodes.activate(bob)
    return bob


@pytest.fixture
def confirmed(client, bob):
    """Bob, signed in, who has just shown again who he is."""
    sign_in(client, bob, "bob-secret")
    client.post(reverse("account_reauthenticate"), {"password": "bob-secret"})
    return client


@pytest.mark.django_db(transaction=True)
def test_an_app_is_switched_on_by_its_picture_and_its_code_and_codes_are_shown_once(confirmed):
    page = confirmed.get(reverse("mfa_activate_totp"))
    assert 'src="data:image/svg+xml;base64,' in page.text
    secret = page.context["form"].secret
    assert secret in page.text
    shown = confirmed.post(reverse("mfa_activate_totp"), {"code": code(secret)}, follow=True)
    codes = re.findall(r"<li><code>(\d{8})</code>", shown.text)
    assert len(set(codes)) == 10
    assert all(one in re.search(r'href="data:text/plain[^"]+"', shown.text)[0] for one in codes)
    again = confirmed.get(reverse("mfa_view_recovery_codes"))
    assert not any(one in again.text for one in codes)
    assert confirmed.get(reverse("mfa_download_recovery_codes")).status_code == 403
    assert "authenticator app" in mail.outbox[-1].body


def test_nobody_changes_factors_without_showing_again_who_they_are(client, bob, guarded):
    client.force_login(bob)
    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn", "mfa_view_recovery_codes"):
        assert client.get(reverse(name)).url.startswith(reverse("account_reauthenticate")), name
        assert client.post(reverse(name)).status_code in {302, 405}, name
    assert Authenticator.objects.filter(user=bob).count() == 2


def test_after_the_password_it_is_asked_for_and_lets_in(client, guarded):
    assert sign_in(client, guarded, "bob-secret", next="/concepts/").url.startswith(reverse("mfa_authenticate"))
    assert not client.get("/").context["user"].is_authenticated
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).url == "/concepts/"
    assert client.get("/").context["user"] == guarded


def test_a_code_counts_once(client, guarded):
    given = code()
    sign_in(client, guarded, "bob-secret")
    client.post(reverse("mfa_authenticate"), {"code": given})
    client.logout()
    sign_in(client, guarded, "bob-secret")
    assert client.post(reverse("mfa_authenticate"), {"code": given}).status_code == 200


def test_a_recovery_code_lets_in_once(client, guarded):
    one = RecoveryCodes(Authenticator.objects.get(user=guarded, type="recovery_codes")).generate_codes()[0]
    for expected in (302, 200):
        sign_in(client, guarded, "bob-secret")
        assert client.post(reverse("mfa_authenticate"), {"code": one}).status_code == expected
        client.logout()


def test_guessing_at_codes_is_slowed_down_from_wherever(guarded, settings):
    settings.ACCOUNT_RATE_LIMITS = for_allauth(read_limits(["account-failed=3/900"]))
    for number in range(4):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        sign_in(client, guarded, "bob-secret")
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client = Client(REMOTE_ADDR="192.0.2.9")
    sign_in(client, guarded, "bob-secret")
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert not client.get("/").context["user"].is_authenticated


def test_the_admin_is_no_way_around_it(alice, client):
    alice.is_superuser = True
    alice.save()
    TOTP.activate(alice, KEY)
    there = client.get("/admin/", follow=True)
    assert there.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert client.post("/admin/login/", {"username": alice.email, "password": "alice-secret"}).status_code == 405
    sign_in(client, alice, "alice-secret", next="/admin/")
    assert client.get("/admin/").status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.get("/admin/").status_code == 200


def test_a_new_password_by_mail_is_no_way_around_it_either(client, guarded):
    client.post(reverse("account_reset_password"), {"email": guarded.email})
    form = client.get(re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1], follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "brand-new-horse-7", "password2": "brand-new-horse-7"})
    assert not client.get("/").context["user"].is_authenticated
    assert sign_in(client, guarded, "brand-new-horse-7").url.startswith(reverse("mfa_authenticate"))


def test_staff_are_advised_to_have_one_and_learners_are_not(client, alice, bob):
    words = "You see everybody"
    for user, expected in ((alice, True), (bob, False)):
        client.force_login(user)
        assert (words in client.get(reverse("mfa_index")).text) is expected
    TOTP.activate(alice, KEY)
    client.force_login(alice)
    assert words not in client.get(reverse("mfa_index")).text


def test_nobody_touches_anothers_passkey(confirmed, charlie):
    theirs = Authenticator.objects.create(
        user=charlie, type="webauthn", data={"name": "Key", "credential": registration(b"c" * 32)}
    )
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert confirmed.get(reverse(name, args=[theirs.pk])).status_code == 404
        assert confirmed.post(reverse(name, args=[theirs.pk]), {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.get() == theirs


@pytest.mark.parametrize(
    "credential", ["", "{}", "null", "[]", '{"id": "x"}', "\x00", "9" * 5000, '{"id": "x", "response": {}}']
)
def test_what_is_no_passkey_is_refused_and_breaks_nothing(confirmed, credential):
    client = Client()
    response = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    confirmed.post(reverse("mfa_add_webauthn"), {"name": "Key", "credential": credential})
    confirmed.post(reverse("mfa_reauthenticate_webauthn"), {"credential": credential})
    assert not Authenticator.objects.exists()
    assert response.status_code in {200, 302}
    assert not client.get("/").context["user"].is_authenticated


class TestSessions:
    def test_each_signing_in_is_listed_with_browser_and_network(self, bob):
        here = Client(
            HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", REMOTE_ADDR="192.0.2.77"
        )
        there = Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone) AppleWebKit Safari/604.1", REMOTE_ADDR="198.51.100.9")
        for client in (there, here):
            sign_in(client, bob, "bob-secret")
        page = here.get(reverse("usersessions_list")).text
        assert page.index("Firefox on Linux") < page.index("Safari on iOS")
        assert "192.0.2.0/24" in page
        assert "192.0.2.77" not in page

    def test_one_is_ended_or_all_others(self, bob):
        clients = [Client(), Client(), Client()]
        for client in clients:
            sign_in(client, bob, "bob-secret")
        last = clients[0].get(reverse("usersessions_list")).context["sessions"][-1]
        clients[0].post(reverse("end_session", args=[last.pk]))
        alive = [client.get("/").context["user"].is_authenticated for client in clients]
        assert sorted(alive) == [False, True, True]
        assert alive[0]
        clients[0].post(reverse("usersessions_list"))
        assert [client.get("/").context["user"].is_authenticated for client in clients] == [True, False, False]

    def test_when_it_was_used_is_written_down_now_and_then(self, client, bob, monkeypatch, django_assert_num_queries):
        sign_in(client, bob, "bob-secret")
        before = bob.usersession_set.get().last_seen_at
        client.get("/")
        assert bob.usersession_set.get().last_seen_at == before
        later = time.time() + 700
        monkeypatch.setattr("apps.accounts.middleware.time.time", lambda: later)
        client.get("/")
        assert bob.usersession_set.get().last_seen_at > before

    def test_its_queries_do_not_grow(self, client, bob, django_assert_max_num_queries):
        for _ in range(6):
            sign_in(Client(), bob, "bob-secret")
        sign_in(client, bob, "bob-secret")
        with django_assert_max_num_queries(6):
            assert client.get(reverse("usersessions_list")).text.count("/end/") == 7
