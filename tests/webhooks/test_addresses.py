"""Where webhooks may go: to machines out there, and to no machine of ours, however the address says it."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from apps.webhooks import posting, sending, services
from apps.webhooks.models import Attempt, Endpoint
from studyhub import outside

OURS = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.100.100.200",
    "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
    "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "::127.0.0.1",
    "2001:0:7f00:1:0:0:5601:5601",
]  # fmt: skip
OTHERS = ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", OURS)
def test_none_of_ours_is_public(address):
    assert not outside.is_public(ip_address(address))


@pytest.mark.parametrize("address", OTHERS)
def test_those_of_others_are(address):
    assert outside.is_public(ip_address(address))


@pytest.mark.parametrize("address", OURS)
def test_none_of_ours_can_be_written_down(address):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(outside.AddressRefused):
        posting.check_url(f"https://{host}/hook")


@pytest.mark.parametrize(
    "url",
    [
        "", "hook", "ftp://example.org/", "http://example.org/", "https://", "https:///hook", "https://me:pw@example.org/",
        "https://example.org:0/", "https://example.org:99999/", "https://example.org/a b", "https://exämple.org/",
        "https://example.org/\r\nHost: x", "https://exa%6dple.org/", "file:///etc/passwd", "https://" + "a" * 600,
    ],
)  # fmt: skip
def test_what_is_no_address_for_us(url):
    with pytest.raises(outside.AddressRefused):
        posting.check_url(url)


@pytest.mark.parametrize("url", ["https://example.org", "https://example.org:8443/a/b?c=d", "https://93.184.215.14/"])
def test_what_is_one(url):
    posting.check_url(url)


def means(monkeypatch, *answers: list[str]) -> list[str]:
    """Each look-up of a name gives the next of `answers`; returns the names that were looked up."""
    asked: list[str] = []

    def look_up(host, port, **_):
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(10 if ":" in one else 2, 1, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(outside.socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "2130706433"])
def test_a_name_that_means_one_of_ours_is_not_gone_to(monkeypatch, address):
    """Also where it is one of several, and where a number means one: the system's look-up says what it means."""
    meant = "127.0.0.1" if address.isdecimal() else address
    means(monkeypatch, ["93.184.215.14", meant])
    monkeypatch.setattr(outside.socket, "create_connection", lambda *_, **__: pytest.fail("It went there."))
    host = address if address.isdecimal() else "inside.example.org"
    answer = posting.post(f"https://{host}/", b"{}", {})
    assert answer.error == "This address leads into a private network: we go to public ones."
    assert answer.status is None


def test_the_address_that_was_looked_at_is_the_one_that_is_gone_to(monkeypatch):
    """A name that means something else at its second look-up is looked up once."""
    asked = means(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    gone_to = []

    def connect(address, **_):
        gone_to.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(outside.socket, "create_connection", connect)
    posting.post("https://rebinding.example.org/", b"{}", {})
    assert (asked, gone_to) == (["rebinding.example.org"], [("93.184.215.14", 443)])


def test_an_endpoint_from_before_a_network_was_closed_is_not_gone_to(endpoint, receiver, settings):
    settings.WEBHOOK_ALLOW = []
    services.ping(endpoint=endpoint)
    sending.send_due()
    assert receiver.received == []
    assert "private network" in Attempt.objects.get().error


def test_a_redirect_to_this_machine_is_not_followed(endpoint, receiver):
    def away(handler):
        handler.send_response(307)
        handler.send_header("Location", f"http://127.0.0.1:{handler.server.server_port}/metrics")
        handler.end_headers()

    receiver.answers = [away]
    services.ping(endpoint=endpoint)
    sending.send_due()
    assert [one.path for one in receiver.received] == ["/hook"]


def test_no_proxy_of_the_environment_is_used(endpoint, receiver, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    services.ping(endpoint=Endpoint.objects.get())
    sending.send_due()
    assert len(receiver.received) == 1
