"""Every answer of the site says what a page may load and what others may do with it."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from studyhub.security import HEADERS, page_policy
from tests.security.addresses import of_pages

POLICY = "Content-Security-Policy"
# Pages on which nobody is signed in may stand inside a page of a registered platform (of the fixture `world`).
FRAMED = {"lti:login", "lti:launch", "lti:deep_link", "lti:choose"}
PLATFORM = "https://school.example"


def directives(response) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in response[POLICY].split(";") if part.strip())}


def check(response, framed_by: str = "") -> None:
    """Nothing unsafe in the policy, and all the other headers."""
    policy = directives(response)
    assert "unsafe" not in response[POLICY]
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"][0] == "'self'"
    assert policy["base-uri"] == ["'none'"]
    assert policy["frame-ancestors"] == [framed_by or "'none'"]
    assert policy["form-action"] == ["'self'"]
    assert not {"*", "https:", "http:", "data:", "blob:"} & set(policy["script-src"] + policy["style-src"])
    assert {name: response.get(name) for name in HEADERS} == HEADERS
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.get("X-Frame-Options") == (None if framed_by else "DENY")
    assert response["Referrer-Policy"] == response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_every_address_answers_with_them(world, bob, ada, client):
    """A visitor, its owner and an administrator, by GET and by POST: pages, refusals, what sends on."""
    for address in of_pages():
        for user in (None, bob, ada):
            for method in ("get", "post"):
                # Whatever one of them changes is as it was for the next.
                with transaction.atomic():
                    client.logout()
                    if user:
                        client.force_login(user)
                    response = getattr(client, method)(address.filled(world))
                    transaction.set_rollback(True)
                if address.name == "submissions:notebook" and response.status_code == 200:
                    continue  # it has its own, below
                check(response, PLATFORM if address.name in FRAMED else "")
                text = "" if response.streaming else response.text
                if "<html" in text:
                    assert not re.search(r"<[^>]+\s(?:on[a-z]+|style)=", text), f"{address.name}: inline"
                    assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", text), (
                        f"{address.name}: inline"
                    )


@pytest.mark.parametrize(
    ("path", "status"), [("/no/such/page/", 404), ("/admin/login/", 302), ("/static/css/site.css", 404)]
)
def test_what_is_not_there_has_them_too(client, db, path, status):
    response = client.get(path)
    assert response.status_code == status
    check(response)


def test_a_refused_host_and_a_forged_form_have_them(client, db):
    refused = client.get("/", headers={"Host": "evil.example"})
    assert refused.status_code == 400
    check(refused)
    forged = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})
    assert forged.status_code == 403
    check(forged)


def test_the_executed_notebook_keeps_its_own_policy(desk, bob, client):
    run = desk.done(bob)
    client.force_login(bob)
    response = client.get(reverse("submissions:notebook", args=[run.submission_id]))
    assert response.status_code == 200
    policy = directives(response)
    assert policy["default-src"] == ["'none'"]
    assert "script-src" not in policy
    assert policy["sandbox"] == []
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "nonce" not in response[POLICY]


def test_reports_go_where_the_site_says():
    assert page_policy("https://reports.example.org/csp")["DIRECTIVES"]["report-uri"] == [
        "https://reports.example.org/csp"
    ]
    assert "report-uri" not in page_policy()["DIRECTIVES"]


def test_what_is_made_for_somebody_is_kept_by_nobody_else(client, bob):
    client.force_login(bob)
    assert "private" in client.get("/profile/")["Cache-Control"]


class TestHTTPS:
    """As a real site is set up."""

    @pytest.fixture(autouse=True)
    def _real(self, settings):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
        settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
        settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31536000, True

    def test_without_it_one_is_sent_to_it(self, client, db):
        assert client.get("/concepts/?a=b")["Location"] == "https://testserver/concepts/?a=b"

    def test_browsers_are_told_to_stay_with_it(self, client, db):
        response = client.get("/concepts/", headers={"X-Forwarded-Proto": "https"})
        assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"

    def test_cookies_belong_to_this_host_and_to_no_script(self, client, bob):
        secure = {"X-Forwarded-Proto": "https", "Referer": "https://testserver/"}
        client.get(reverse("account_login"), headers=secure)
        data = {"login": bob.email, "password": "bob-secret"}
        assert client.post(reverse("account_login"), data, headers=secure).status_code == 302
        client.post("/theme/", {"theme": "dark"}, headers=secure)
        cookies = {name: cookie for name, cookie in client.cookies.items() if cookie.value}
        assert {"__Host-sessionid", "__Host-csrftoken", "theme"} <= set(cookies)
        for name, cookie in cookies.items():
            told = (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"])
            assert told == (True, True, "Lax", "/", ""), name
