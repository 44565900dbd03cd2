"""From a row to a receiver: signed, tried again, given up, switched off; each at most counted once."""

from __future__ import annotations

import json
import ssl
from datetime import timedelta
from ipaddress import ip_address

import pytest
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from apps.accounts.models import Notification
from apps.webhooks import posting, sending, services
from apps.webhooks.models import Attempt, Delivery, Endpoint
from studyhub import outside
from studyhub.models import Tally
from tests.webhooks.conftest import THIS_MACHINE
from tests.webhooks.tls import serving


def test_a_test_arrives_and_its_signature_is_good(endpoint, receiver):
    made = services.ping(endpoint=endpoint)
    assert sending.send_due() == 1
    (came,) = receiver.received
    message = came.verified(endpoint.secret)
    assert (message["type"], message["version"]) == ("ping", 1)
    assert message["data"]["group"]["slug"] == "circle"
    assert came.headers["webhook-id"] == made.message_id
    assert came.headers["content-type"] == "application/json"
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.error) == (204, "")
    assert Delivery.objects.get().state == "sent"


def test_what_was_changed_on_the_way_is_not_by_us(endpoint, receiver):
    services.ping(endpoint=endpoint)
    sending.send_due()
    (came,) = receiver.received
    came.body = came.body.replace(b"circle", b"square")
    with pytest.raises(WebhookVerificationError):
        came.verified(endpoint.secret)


def test_for_a_day_both_secrets_sign(endpoint, receiver):
    old = endpoint.secret
    new = services.rotate(endpoint=endpoint)
    assert new != old
    services.ping(endpoint=endpoint)
    sending.send_due()
    assert receiver.received[0].verified(new) == receiver.received[0].verified(old)
    Endpoint.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    services.ping(endpoint=endpoint)
    sending.send_due()
    receiver.received[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.received[1].verified(old)


def test_what_fails_is_tried_again_until_it_is_taken(endpoint, receiver, later, committed, rung):
    receiver.answers = [500, 503, 204]
    services.ping(endpoint=endpoint)
    with committed():
        sending.send_due()
    row = Delivery.objects.get()
    (again,) = [seconds for name, seconds in rung if seconds]
    assert row.next_try_at <= row.attempts.get().at + timedelta(seconds=again)  # when the worker is rung it is due
    assert (row.state, row.tries, row.last_error) == ("waiting", 1, "It answered 500 Internal Server Error.")
    assert Endpoint.objects.get().failing_since is not None
    assert sending.send_due() == 0  # its time has not come
    for _ in range(2):
        later()
        sending.send_due()
    assert Delivery.objects.get().state == "sent"
    assert [one.status for one in Attempt.objects.all()] == [500, 503, 204]
    assert Attempt.objects.first().response == "Something is wrong here."
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert Endpoint.objects.get().failing_since is None


def test_it_waits_ever_longer_over_about_a_day_and_then_gives_up(endpoint, receiver, later):
    receiver.answers = [500]
    services.ping(endpoint=endpoint)
    waits = []
    for _ in range(20):
        before = timezone.now()
        if not sending.send_due():
            break
        row = Delivery.objects.get()
        if row.state == "waiting":
            waits.append((row.next_try_at - before).total_seconds())
            later()
    assert row.state == "failed"
    assert row.tries == len(waits) + 1 == 8
    assert waits[:-1] == sorted(waits[:-1])  # the last two are alike, give or take
    assert 20 * 3600 < sum(waits) < 36 * 3600


def test_operators_are_told_in_figures(endpoint, receiver, committed):
    receiver.answers = [204, 500, 410]
    for _ in range(3):
        services.ping(endpoint=endpoint)
        with committed():
            sending.send_due()
    found = {json.loads(one.labels)[0]: one.value for one in Tally.objects.filter(name="webhooks")}
    assert found == {"delivered": 1, "retried": 1, "failed": 1}


def test_sent_again_by_hand_it_begins_anew(endpoint, receiver, later):
    receiver.answers = [500]
    services.ping(endpoint=endpoint)
    for _ in range(8):
        sending.send_due()
        later()
    row = Delivery.objects.get()
    assert row.state == "failed"
    receiver.answers = [204]
    assert services.retry(delivery=row)
    sending.send_due()
    assert Delivery.objects.get().state == "sent"


class TestSwitchedOff:
    def test_gone_is_gone_and_the_leads_are_told(self, endpoint, receiver, alice, dana, bob):
        receiver.answers = [410]
        services.ping(endpoint=endpoint)
        services.ping(endpoint=endpoint)
        sending.send_due()
        found = Endpoint.objects.get()
        assert found.disabled_at is not None
        assert "410" in found.disabled_why
        assert set(Delivery.objects.values_list("state", flat=True)) == {"failed"}
        assert len(receiver.received) == 1
        assert set(Notification.objects.values_list("user__name", flat=True)) == {"Alice", "Dana"}
        with pytest.raises(services.EndpointRefused):
            services.ping(endpoint=found)

    def test_after_days_without_one_that_was_taken(self, endpoint, receiver, later):
        receiver.answers = [500]
        services.ping(endpoint=endpoint)
        sending.send_due()
        assert Endpoint.objects.get().disabled_at is None
        Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=5, minutes=1))
        later()
        sending.send_due()
        assert "5 days" in Endpoint.objects.get().disabled_why
        assert Notification.objects.count() == 2

    def test_switched_on_again_it_is_sent_to(self, endpoint, receiver):
        services.switch_off(endpoint=endpoint)
        services.switch_on(endpoint=Endpoint.objects.get())
        services.ping(endpoint=Endpoint.objects.get())
        assert sending.send_due() == 1


class TestOneSends:
    def test_of_two_workers_with_the_same_row(self, endpoint):
        made = services.ping(endpoint=endpoint)
        one, other = (Delivery.objects.get(pk=made.pk) for _ in range(2))
        now = timezone.now()
        assert [one.claim(now), other.claim(now)] == [True, False]

    def test_killed_between_claim_and_send_it_is_sent_later_and_counted_once(self, endpoint, receiver):
        made = services.ping(endpoint=endpoint)
        dead = Delivery.objects.get(pk=made.pk)
        assert dead.claim(timezone.now())
        assert sending.send_due() == 0  # it may yet be sending
        Delivery.objects.update(claimed_at=timezone.now() - timedelta(seconds=181))
        assert sending.send_due() == 1
        # And the one that was thought dead comes to itself.
        sending.note(dead, outside.Answer(ms=1, error="Late."))
        assert Delivery.objects.get().state == "sent"
        assert [one.status for one in Attempt.objects.all()] == [204]

    def test_an_endpoint_with_much_to_be_sent_holds_up_no_other(self, endpoint, circle, alice, receiver):
        for _ in range(20):
            services.ping(endpoint=endpoint)
        other = services.add(by=alice, group=circle, url=receiver.url, events=[])
        services.ping(endpoint=other)
        assert {one.endpoint_id for one in sending._claim(timezone.now())} == {endpoint.pk, other.pk}

    def test_one_worker_has_the_turn(self, endpoint, receiver):
        services.ping(endpoint=endpoint)
        with sending.outbox.turn("webhooks", 60):
            assert sending.send_due() == 0
        assert sending.send_due() == 1


class TestHostileReceivers:
    @pytest.fixture
    def soon(self, monkeypatch):
        """For who never comes to an end: on a busy machine any other takes longer than that too."""
        monkeypatch.setattr(sending, "DEADLINE_S", 0.5)

    def send(self, endpoint) -> Attempt:
        services.ping(endpoint=endpoint)
        sending.send_due()
        return Attempt.objects.get()

    def test_who_hangs_is_left(self, endpoint, receiver, soon):
        receiver.answers = [lambda _: receiver.closing.wait(20)]
        assert self.send(endpoint).error == "It did not answer within 0.5 s."

    def test_who_sends_a_byte_now_and_then_is_left_too(self, endpoint, receiver, soon):
        def drip(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not receiver.closing.wait(0.05):
                handler.wfile.write(b"x")

        receiver.answers = [drip]
        assert self.send(endpoint).error == "It did not answer within 0.5 s."

    def test_of_a_gigabyte_a_few_kilobytes_are_read(self, endpoint, receiver):
        written = []

        def flood(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(10**9))
            handler.end_headers()
            try:
                for _ in range(1000):
                    written.append(handler.wfile.write(b"x" * 10**6))
            except OSError:
                pass

        receiver.answers = [flood]
        attempt = self.send(endpoint)
        assert attempt.status == 200
        assert attempt.response == "x" * 4096
        assert len(written) < 1000

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_redirects_are_not_followed(self, endpoint, receiver, status):
        def away(handler):
            handler.send_response(status)
            handler.send_header("Location", receiver.url + "/elsewhere")
            handler.end_headers()

        receiver.answers = [away]
        attempt = self.send(endpoint)
        assert (attempt.status, attempt.error) == (status, "It sends us elsewhere; redirects are not followed.")
        assert len(receiver.received) == 1
        assert Delivery.objects.get().state == "waiting"

    def test_what_is_no_http_is_an_answer_too(self, endpoint, receiver):
        receiver.answers = [lambda handler: handler.wfile.write(b"\x00\x01 hello\r\n\r\n")]
        assert self.send(endpoint).error == "It does not answer in HTTP."

    def test_nobody_listens(self, endpoint):
        Endpoint.objects.update(url="http://127.0.0.1:9/")
        assert self.send(Endpoint.objects.get()).error == "Nobody listens there."


def test_by_https_the_certificate_is_checked_by_name(monkeypatch, settings, tmp_path):
    """Against a server with a certificate that nobody signed."""
    settings.WEBHOOK_ALLOW = THIS_MACHINE
    monkeypatch.setattr(outside, "resolve", lambda *_: [ip_address("127.0.0.1")])
    with serving(tmp_path, "hooks.example.org") as (port, authority):
        answer = posting.post(f"https://hooks.example.org:{port}/", b"{}", {})
        assert answer.error.startswith("Its certificate is not good")
        trusting = ssl.create_default_context(cafile=authority)
        monkeypatch.setattr(outside.ssl, "create_default_context", lambda: trusting)
        assert posting.post(f"https://hooks.example.org:{port}/", b"{}", {}).status == 204
        assert "certificate" in posting.post(f"https://other.example.org:{port}/", b"{}", {}).error
