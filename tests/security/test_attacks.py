"""What somebody from outside tries first: forged forms, redirects, hosts, sessions, tokens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.core import mail, signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import AccessToken, Notification, User
from apps.accounts.tokens import make_token
from apps.groups.models import Invitation, Membership, new_feed_key
from tests.security.addresses import Address, addresses

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "\x01https://evil.example",
    " //evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "ftp://evil.example/",
]
# By these a program comes that has no cookie: a signature in the address, or a token, stands for it.
# So does the platform's signature, or a name signed by us, for what comes from a learning platform.
WITHOUT_COOKIE = {
    "groups:unsubscribe", "stop_mail", "lti:login", "lti:launch", "lti:choose", "lti:deep_link",
}  # fmt: skip
PIECES = {"int": 1, "slug": "x", "str": "x", "uuid": "00000000-0000-0000-0000-000000000000", "path": "1"}


def path_of(address: Address) -> str:
    """Its path with anything in its places: a forged form is refused before somebody looks at them."""
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: str(PIECES[found[1] or "str"]), address.route)
    if "(?P" not in route:
        return f"/{route}"
    known = {"name": "0" * 40 + ".svg", "key": "x-y", "uidb36": "1", "app_label": "groups", "url": "x"}
    return reverse(address.name, kwargs={place: known[place] for place in address.places})


class TestForgedForms:
    def test_no_address_takes_a_form_without_its_token(self, desk, ada):
        """Of all that there are, groups and admin too; only the API's calls, which take no cookie, are left out."""
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada)
        taken = {}
        for address in addresses():
            if address.name.startswith("api") or address.name in WITHOUT_COOKIE or address.name.endswith("None"):
                continue
            path = f"/submissions/new/{desk.exercise.slug}/" if address.name == "submissions:new" else path_of(address)
            status = client.post(path, {"text": "forged", "theme": "dark"}).status_code
            if status != 403:
                taken[address.name] = status
        assert taken == {}

    def test_a_token_of_another_site_is_none(self, ada):
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada)
        client.get("/profile/")
        token = client.cookies["csrftoken"].value
        data = {"name": "Forged", "csrfmiddlewaretoken": token}
        forged = client.post("/profile/", data, headers={"Origin": "https://evil.example"})
        assert forged.status_code == 403
        assert client.post("/profile/", data, headers={"Origin": "http://testserver"}).status_code == 302

    def test_cookies_are_not_sent_from_other_sites(self):
        assert (site_settings.SESSION_COOKIE_SAMESITE, site_settings.CSRF_COOKIE_SAMESITE) == ("Lax", "Lax")
        assert site_settings.SESSION_COOKIE_HTTPONLY
        assert site_settings.CSRF_COOKIE_HTTPONLY


@pytest.mark.parametrize("there", ELSEWHERE)
class TestRedirects:
    def sent_to(self, response) -> str:
        return response.get("Location", "")

    def ours(self, response) -> bool:
        there = self.sent_to(response)
        return there == "" or (there.startswith("/") and not there.startswith(("//", "/\\")))

    def test_after_signing_in_and_out(self, there, client, bob):
        data = {"login": bob.email, "password": "bob-secret", "next": there}
        assert self.ours(client.post(reverse("account_login"), data))
        assert self.ours(client.get(reverse("account_login"), {"next": there}))
        assert self.ours(client.post(reverse("account_logout"), {"next": there}))

    def test_after_making_an_account(self, there, client, db):
        secret = "correct-horse-9"
        data = {"email": "dora@example.org", "password1": secret, "password2": secret, "next": there}
        response = client.post(reverse("account_signup"), data)
        assert response.status_code == 302
        assert self.ours(response)

    def test_after_a_choice_of_colours(self, there, client, db):
        response = client.post("/theme/", {"theme": "dark", "next": there})
        assert response.status_code == 302
        assert self.ours(response)

    def test_by_the_admin(self, there, client, bob):
        response = client.get("/admin/login/", {"next": there})
        assert self.sent_to(response).startswith("/accounts/login/?next=")
        client.force_login(bob)
        assert client.get("/admin/login/", {"next": there}).status_code == 403

    def test_by_a_notification(self, there, client, bob):
        told = Notification.objects.create(user=bob, kind="message", text="Look.", url=there)
        client.force_login(bob)
        assert self.ours(client.post(reverse("notification", args=[told.pk])))

    def test_by_a_leads_act(self, there, client, circle, alice, bob, resource):
        client.force_login(alice)
        url = reverse("groups:pin", args=[circle.slug, bob.pk])
        assert self.ours(client.post(url, {"resource": resource.pk, "next": there}))


class TestHosts:
    def test_a_mail_leads_to_no_other_host(self, client, bob):
        for headers in ({"Host": "evil.example"}, {"Host": "testserver:80@evil.example"}):
            response = client.post(reverse("account_reset_password"), {"email": bob.email}, headers=headers)
            assert response.status_code == 400
        assert mail.outbox == []

    def test_what_a_client_says_the_proxy_was_asked_for_counts_nothing(self, client, bob):
        headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        client.post(reverse("account_reset_password"), {"email": bob.email}, headers=headers)
        assert "evil" not in mail.outbox[0].body
        assert "http://testserver/" in mail.outbox[0].body


class TestSessions:
    def sign_in(self, client, user: User, password: str):
        return client.post(reverse("account_login"), {"login": user.email, "password": password})

    def test_one_that_was_there_before_signing_in_is_worth_nothing_after(self, client, bob):
        session = client.session
        session["planted"] = True
        session.save()
        client.cookies["sessionid"] = session.session_key
        self.sign_in(client, bob, "bob-secret")
        assert client.cookies["sessionid"].value != session.session_key
        attacker = Client()
        attacker.cookies["sessionid"] = session.session_key
        assert not attacker.get("/").context["user"].is_authenticated

    def test_a_new_password_ends_all_others(self, client, bob):
        elsewhere = Client()
        self.sign_in(elsewhere, bob, "bob-secret")
        self.sign_in(client, bob, "bob-secret")
        secret = {"oldpassword": "bob-secret", "password1": "brand-new-horse-7", "password2": "brand-new-horse-7"}
        assert client.post(reverse("account_change_password"), secret).status_code == 302
        assert not elsewhere.get("/").context["user"].is_authenticated

    def test_signing_out_ends_it_on_the_server(self, client, bob):
        self.sign_in(client, bob, "bob-secret")
        kept = client.cookies["sessionid"].value
        client.post(reverse("account_logout"))
        stolen = Client()
        stolen.cookies["sessionid"] = kept
        assert not stolen.get("/").context["user"].is_authenticated

    def test_who_is_no_longer_active_is_out_at_once(self, client, bob):
        client.force_login(bob)
        User.objects.filter(pk=bob.pk).update(is_active=False)
        assert not client.get("/").context["user"].is_authenticated
        self.sign_in(client, bob, "bob-secret")
        assert not client.get("/").context["user"].is_authenticated

    def test_nobody_makes_themselves_staff(self, client, bob):
        client.force_login(bob)
        client.post("/profile/", {"name": "Bob", "is_staff": "on", "is_superuser": "on", "email": "x@example.org"})
        bob.refresh_from_db()
        assert (bob.is_staff, bob.is_superuser, bob.email) == (False, False, "bob@example.org")


class TestTokens:
    def test_an_invitation_is_signed_for_its_purpose(self, circle, client, charlie):
        invitation = Invitation.objects.create(group=circle, expires_at=timezone.now() + timedelta(days=1))
        client.force_login(charlie)
        value, _, signature = invitation.token.rpartition(":")
        forged = [
            f"{value}:{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
            signing.Signer().sign_object(invitation.pk),
            signing.Signer(salt="groups.digest").sign_object(invitation.pk),
            signing.Signer(key="another-key", salt="groups.invitation").sign_object(invitation.pk),
            str(invitation.pk),
        ]
        for token in forged:
            assert client.post(reverse("groups:join", args=[token])).status_code == 404
        assert not Membership.objects.filter(group=circle, user=charlie).exists()
        assert len(signature) >= 43  # 256 bits

    def test_the_address_of_a_calendar_can_not_be_guessed(self, circle, client, bob, dana):
        keys = {new_feed_key() for _ in range(100)}
        assert len(keys) == 100
        assert min(map(len, keys)) >= 32  # 192 bits
        own = circle.memberships.get(user=bob).feed_key
        url = reverse("groups:calendar", args=[circle.slug, own])
        assert client.get(url).status_code == 200
        assert client.get(url.replace(own, new_feed_key())).status_code == 404
        assert "noindex" in client.get(url)["X-Robots-Tag"]

    def test_of_a_personal_token_only_a_hash_is_kept(self, bob):
        _, text = make_token(user=bob, name="laptop", scopes=["read"], days=30)
        kept = AccessToken.objects.values().get()
        assert not any(text in str(value) for value in kept.values())
        assert len(text) >= 43

    @pytest.mark.parametrize(
        "given", ["", "Bearer ", "Bearer wrong", "0123456789abcdefghijklmnopqrstuv", "Bearer \u20ac"]
    )
    def test_figures_are_for_whoever_has_the_token(self, client, db, settings, given):
        settings.METRICS_TOKEN = "0123456789abcdefghijklmnopqrstuv"
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 403
        right = client.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
        assert right.status_code == 200

    def test_without_a_token_in_the_settings_none_is_right(self, client, db, settings):
        settings.METRICS_TOKEN = ""
        assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403

    def test_it_is_compared_in_constant_time(self, client, db, settings, monkeypatch):
        settings.METRICS_TOKEN = "0123456789abcdefghijklmnopqrstuv"
        compared = []
        monkeypatch.setattr("studyhub.probes.constant_time_compare", lambda *pair: compared.append(pair))
        assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 403
        assert [right for _, right in compared] == [f"Bearer {settings.METRICS_TOKEN}".encode()]
