"""What changes something is counted; whoever does too much is told when to go on, and loses nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import RequestFactory
from django.urls import URLResolver, get_resolver, reverse
from redis.exceptions import ConnectionError as Unreachable

from studyhub import env
from studyhub.clients import client_address, client_network
from studyhub.limits import TABLE, for_allauth, read_limits
from studyhub.ratelimits import LIMIT_OF, RateExceeded, in_words, take

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    """Set the clock of the limits to so many seconds after the start of a window."""

    def set_(seconds: float) -> None:
        monkeypatch.setattr("studyhub.ratelimits.time.time", (START + timedelta(seconds=seconds)).timestamp)

    set_(0)
    return set_


@pytest.fixture
def changed(settings):
    """Other limits than the table's."""

    def set_(*changes: str) -> None:
        settings.RATE_LIMITS = read_limits(changes)
        settings.ACCOUNT_RATE_LIMITS = for_allauth(settings.RATE_LIMITS)

    return set_


def test_after_so_many_it_says_how_long_to_wait_and_then_it_goes_on(at, changed):
    changed("upload=2/600")
    at(90)
    take("upload", "user:1")
    take("upload", "user:1")
    with pytest.raises(RateExceeded) as exceeded:
        take("upload", "user:1")
    assert exceeded.value.retry_after == 510
    assert str(exceeded.value) == "At most 2 hand-ins in 10 minutes."
    take("upload", "user:2")
    take("comment", "user:1")
    at(600)
    take("upload", "user:1")


def test_some_acts_cost_more(at, changed):
    changed("invitation=10/3600")
    take("invitation", "user:1", cost=10)
    with pytest.raises(RateExceeded):
        take("invitation", "user:1")


def test_without_its_cache_the_site_still_answers(at, changed, monkeypatch, caplog):
    changed("upload=1/600")

    def gone(*_):
        raise Unreachable

    monkeypatch.setattr("studyhub.ratelimits.cache", SimpleNamespace(add=gone))
    for _ in range(3):
        take("upload", "user:1")
    assert "nothing is counted" in caplog.text


@pytest.mark.parametrize(
    "changes", [["upload"], ["upload=0/5"], ["upload=5/0"], ["upload=-5/5"], ["uploads=5/5"], ["="]]
)
def test_a_limit_that_can_not_be_read_stops_the_start(changes):
    with pytest.raises(env.SettingError, match="is no limit"):
        read_limits(changes)


def test_limits_end_one_by_one_or_all():
    assert not read_limits(["upload=off"])["upload"].most
    assert read_limits(["upload=off"])["comment"].most
    assert not any(limit.most for limit in read_limits(["off"]).values())
    assert set(for_allauth(read_limits(["off"])).values()) == {None}


def names(patterns=None, space: str = "") -> set[str]:
    found = set()
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            found.add(space + pattern.name)
    return found


def test_every_limit_belongs_to_an_address_of_the_site():
    assert set(LIMIT_OF) <= names()
    assert set(LIMIT_OF.values()) <= {limit.name for limit in TABLE}


def test_nobody_who_learns_meets_a_limit():
    """A review takes an answer and a rating: 104 of each in a minute were typed by the fastest keys there are."""
    limits = read_limits([])
    assert limits["answer"].most / limits["answer"].seconds > 2 * 104 / 60
    assert limits["draft"].most >= limits["answer"].most


def send(client, url: str, fields: dict[str, str], **headers: str):
    """As a browser sends a form without files."""
    return client.post(url, urlencode(fields), "application/x-www-form-urlencoded", headers=headers)


class TestTheAnswer:
    @pytest.fixture(autouse=True)
    def _full(self, at, changed, bob, client):
        changed("act=1/60")
        client.force_login(bob)
        assert send(client, "/profile/", {"name": "Bo"}).status_code == 302

    def test_a_page_keeps_what_was_typed(self, client, bob):
        response = send(client, "/profile/?a=b", {"name": 'Bob "the" Builder'})
        assert (response.status_code, response["Retry-After"]) == (429, "60")
        assert "At most 1 changes in 60 seconds. Try again in 60 seconds." in response.text
        assert '<input type="hidden" name="name" value="Bob &quot;the&quot; Builder">' in response.text
        assert 'action="/profile/?a=b"' in response.text
        assert response.text.count("csrfmiddlewaretoken") == 1
        bob.refresh_from_db()
        assert bob.name == "Bo"

    def test_what_was_typed_is_sent_again_from_there(self, client, bob, at):
        page = send(client, "/profile/", {"name": "Robert"}).text
        at(60)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
        assert send(client, "/profile/", fields).status_code == 302
        bob.refresh_from_db()
        assert bob.name == "Robert"

    def test_a_fragment_is_a_line_above_the_form_that_stays(self, client):
        response = send(client, "/profile/", {"name": "Robert"}, **{"HX-Request": "true"})
        assert (response.status_code, response["HX-Retarget"]) == (429, "#messages")
        assert "<html" not in response.text
        assert "Try again in 60 seconds." in response.text

    def test_a_password_is_not_repeated(self, client):
        response = send(client, "/accounts/password/change/", {"oldpassword": "hush", "password1": "hush-hush"})
        assert response.status_code == 429
        assert "hush" not in response.text

    def test_looking_is_free(self, client):
        assert [client.get("/profile/").status_code for _ in range(3)] == [200] * 3


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "a second"), (60, "60 seconds"), (61, "2 minutes"), (600, "10 minutes"), (3600, "an hour"), (3601, "2 hours")],
)
def test_a_time_in_words(seconds, words):
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "8.8.8.8, 203.0.113.9", "203.0.113.9"),
        (2, "8.8.8.8, 203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "<script>", "unknown"),
        (1, "2001:db8:1:2:3::4", "2001:db8:1:2:3::4"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


def test_an_ipv6_network_is_one_client(settings):
    settings.TRUSTED_PROXIES = 0
    several = [RequestFactory().get("/", REMOTE_ADDR=f"2001:db8:1:2:{end}") for end in ("3::4", "ffff::1")]
    assert {client_network(request) for request in several} == {"2001:db8:1:2::"}


class TestGuessing:
    """allauth counts in the same cache, with the numbers of the table."""

    def guess(self, client, email: str, password: str = "wrong", address: str = "192.0.2.1"):
        return client.post(reverse("account_login"), {"login": email, "password": password}, REMOTE_ADDR=address)

    def test_an_account_is_closed_to_guesses_from_wherever_they_come(self, client, bob):
        for number in range(read_limits([])["account-failed"].most):
            assert "Too many failed" not in self.guess(client, bob.email, address=f"192.0.2.{number}").text
        refused = self.guess(client, bob.email, "bob-secret", address="198.51.100.7")
        assert "Too many failed login attempts" in refused.text
        assert not refused.context["user"].is_authenticated

    def test_an_address_is_closed_to_guesses_at_whomever(self, client, bob, charlie, changed):
        changed("sign-in-failed=3/300")
        for number in range(3):
            self.guess(client, f"guess-{number}@example.org")
        assert "Too many failed" in self.guess(client, bob.email, "bob-secret").text
        assert self.guess(client, bob.email, "bob-secret", address="198.51.100.7").status_code == 302

    def test_what_an_attacker_says_is_its_address_counts_nothing(self, client, bob, changed, settings):
        changed("sign-in-failed=3/300")
        settings.TRUSTED_PROXIES = 1
        for number in range(3):
            data = {"login": f"guess-{number}@example.org", "password": "wrong"}
            client.post(reverse("account_login"), data, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}, 203.0.113.9")
        data = {"login": bob.email, "password": "bob-secret"}
        refused = client.post(reverse("account_login"), data, HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.9")
        assert "Too many failed" in refused.text

    def test_who_signs_in_rightly_uses_nothing_up(self, client, bob, changed):
        changed("account-failed=2/900")
        for _ in range(4):
            assert self.guess(client, bob.email, "bob-secret").status_code == 302
            client.logout()

    def test_a_new_password_opens_the_account_again(self, client, bob, changed):
        changed("account-failed=1/900")
        self.guess(client, bob.email)
        assert "Too many failed" in self.guess(client, bob.email, "bob-secret").text
        client.post(reverse("account_reset_password"), {"email": bob.email})
        link = re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1]
        page = client.get(link, follow=True).redirect_chain[-1][0]
        client.post(page, {"password1": "brand-new-horse-7", "password2": "brand-new-horse-7"})
        assert self.guess(client, bob.email, "brand-new-horse-7").status_code == 302

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ("sign-in=2/60", "account_login"),
            ("sign-up=2/60", "account_signup"),
            ("reset=2/60", "account_reset_password"),
        ],
    )
    def test_the_ways_in_have_limits_and_a_calm_page(self, client, db, changed, change, name):
        changed(change)
        data = {
            "login": "x@example.org",
            "email": "x@example.org",
            "password": "wrong",
            "password1": "a",
            "password2": "b",
        }
        assert {client.post(reverse(name), data).status_code for _ in range(2)} <= {200, 302}
        refused = client.post(reverse(name), data)
        assert refused.status_code == 429
        assert "That was a lot at once" in refused.text

    def test_the_admin_has_no_way_in_of_its_own(self, client, alice):
        """Django's own form would be one without a limit."""
        response = client.get("/admin/login/?next=/admin/accounts/")
        assert response.status_code == 302
        assert response["Location"] == f"{reverse('account_login')}?next=/admin/accounts/"
        client.post("/admin/login/", {"username": alice.email, "password": "alice-secret"})
        assert not client.get("/").context["user"].is_authenticated


class TestWhoHasAnAccount:
    def test_a_wrong_password_and_an_unknown_address_get_the_same_words(self, client, bob):
        pages = [
            re.findall(r'role="alert".*?</div>', client.post(reverse("account_login"), data).text, re.S)
            for data in (
                {"login": bob.email, "password": "wrong"},
                {"login": "nobody@example.org", "password": "wrong"},
            )
        ]
        assert pages[0] == pages[1] != []

    @pytest.fixture
    def hashes(self, monkeypatch):
        """Whatever was hashed: that is what takes time."""
        hashed: list[str] = []
        encode = MD5PasswordHasher.encode

        def noted(hasher, password, salt):
            hashed.append(password)
            return encode(hasher, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", noted)
        return hashed

    def test_both_cost_the_same_hashes(self, client, bob, hashes):
        """An answer that comes at once for an unknown address would tell which addresses are known."""
        counts = []
        for email in (bob.email, "nobody@example.org"):
            before = len(hashes)
            client.post(reverse("account_login"), {"login": email, "password": "wrong"})
            counts.append(len(hashes) - before)
        assert counts[0] == counts[1] > 0

    def test_signing_up_with_a_known_address_says_and_costs_the_same(self, client, bob, settings, hashes):
        """Where there is a mail server, which is where addresses are proved."""
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        answers = []
        for email in (bob.email, "new@example.org"):
            data = {"email": email, "password1": "correct-horse-9", "password2": "correct-horse-9"}
            before = len(hashes)
            response = client.post(reverse("account_signup"), data)
            answers.append((response.status_code, response["Location"], len(hashes) - before))
            client.logout()
        assert answers[0] == answers[1]
        assert [message.to for message in mail.outbox] == [[bob.email], ["new@example.org"]]

    def test_a_forgotten_password_of_nobody_says_the_same(self, client, bob):
        answers = [
            client.post(reverse("account_reset_password"), {"email": email}) for email in (bob.email, "no@x.org")
        ]
        assert len({(one.status_code, one["Location"]) for one in answers}) == 1
