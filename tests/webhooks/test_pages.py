"""Pages of webhooks: who may, what is shown once, the log, and the guide's own code."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook

from apps.groups.models import Group
from apps.webhooks import sending, services
from apps.webhooks.catalogue import KINDS
from apps.webhooks.models import Delivery, Endpoint
from tests.groups.test_roles import LEADS, NOTHING, Expected
from tests.security.addresses import addresses

EVERYBODY = Expected("ok", "ok", "ok", "ok", "ok")
GUIDE_POST = Expected(405, 405, 405, 405, 405)
PAGES = {
    # name: (by GET, by POST)
    "guide": (EVERYBODY, GUIDE_POST),
    "endpoints": (LEADS, LEADS),
    "endpoint": (LEADS, LEADS),
    "rotate": (NOTHING, LEADS),
    "ping": (NOTHING, LEADS),
    "switch": (NOTHING, LEADS),
    "remove": (NOTHING, LEADS),
    "delivery": (LEADS, NOTHING),
    "retry": (NOTHING, LEADS),
}
ADDRESSES = sorted(one for one in addresses() if one.name.startswith("webhooks:"))


@pytest.fixture
def world(endpoint) -> dict[str, object]:
    made = services.ping(endpoint=endpoint)
    return {"slug": "circle", "pk": endpoint.pk, "delivery": made.pk}


@pytest.fixture
def alices(client, alice):
    client.force_login(alice)
    return client


def outcome(response) -> object:
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "login"
    return "ok" if response.status_code in {200, 302, 422} else response.status_code


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_each_role_gets_what_it_should(address, method, world, client, alice, dana, bob, charlie, ada):
    url = address.filled(world)
    expected = PAGES[address.name.partition(":")[2]][method == "post"]
    cast = {"anonymous": [None], "outside": [charlie, ada], "member": [bob], "colead": [dana], "lead": [alice]}
    rows = list(Delivery.objects.values()), list(Endpoint.objects.values())
    for role, users in cast.items():
        for user in users:
            client.logout()
            if user:
                client.force_login(user)
            if role == "lead" and address.name == "webhooks:remove" and method == "post":
                continue  # Dana has done it
            assert outcome(getattr(client, method)(url)) == getattr(expected, role), role
            if role == "member":
                assert rows == (list(Delivery.objects.values()), list(Endpoint.objects.values()))


def test_every_expectation_has_its_address():
    assert {f"webhooks:{name}" for name in PAGES} == {one.name for one in ADDRESSES}


@pytest.mark.parametrize("name", ["endpoint", "rotate", "ping", "switch", "remove", "delivery", "retry"])
def test_a_lead_of_another_group_finds_nothing(name, world, client, charlie):
    other = Group.objects.create(slug="other", name="The others")
    other.memberships.create(user=charlie, role="lead")
    client.force_login(charlie)
    places = {"slug": "other", "pk": world["pk"]} | (
        {"delivery": world["delivery"]} if name in ("delivery", "retry") else {}
    )
    url = reverse(f"webhooks:{name}", kwargs=places)
    assert (client.get if name in ("endpoint", "delivery") else client.post)(url).status_code == 404


@pytest.mark.parametrize("name", ["endpoints", "endpoint", "rotate", "ping", "switch", "remove", "retry"])
def test_nothing_of_an_archived_group_changes(name, world, alices, circle):
    Group.objects.filter(pk=circle.pk).update(archived_at=timezone.now())
    address = next(one for one in ADDRESSES if one.name == f"webhooks:{name}")
    assert alices.post(address.filled(world)).status_code == 403


def test_the_secret_is_shown_once(alices, circle, settings):
    form = {"url": "https://hooks.example.org/x", "events": ["submission.graded"]}
    page = alices.post("/groups/circle/webhooks/", form).text
    found = Endpoint.objects.get()
    assert found.secret in page
    for url in ("/groups/circle/webhooks/", found.get_absolute_url()):
        assert found.secret not in alices.get(url).text
    assert len(Webhook(found.secret)._whsecret) == 32


def test_a_new_secret_is_shown_once_and_says_until_when_both_sign(alices, endpoint):
    page = alices.post(reverse("webhooks:rotate", args=["circle", endpoint.pk])).text
    found = Endpoint.objects.get()
    assert found.secret in page
    assert endpoint.secret not in page
    page = alices.get(endpoint.get_absolute_url()).text
    assert found.secret not in page
    assert "each message has two signatures" in page


@pytest.mark.parametrize("url", ["http://example.org/", "https://127.0.0.1/", "https://169.254.169.254/latest", "x"])
def test_an_address_of_ours_is_refused_with_the_reason(alices, circle, url):
    response = alices.post("/groups/circle/webhooks/", {"url": url, "events": ["submission.graded"]})
    assert response.status_code == 422
    assert 'class="field-error"' in response.text
    assert not Endpoint.objects.exists()


def test_a_group_has_no_more_than_ten(alices, circle):
    for n in range(11):
        response = alices.post(
            "/groups/circle/webhooks/", {"url": f"https://example.org/{n}", "events": ["submission.graded"]}
        )
    assert (response.status_code, Endpoint.objects.count()) == (422, 10)


def test_the_log_shows_what_was_answered_as_text_and_sends_again(alices, endpoint, receiver):
    def scold(handler):
        handler.send_response(500)
        handler.end_headers()
        handler.wfile.write(b"<script>alert(1)</script>")

    receiver.answers = [scold, 204]
    response = alices.post(reverse("webhooks:ping", args=["circle", endpoint.pk]))
    sending.send_due()
    page = alices.get(response["Location"]).text
    assert "It answered 500 Internal Server Error." in page
    assert "&lt;script&gt;alert(1)" in page
    assert re.search(r"\d+ ms", page)
    assert "It answered 500" in alices.get(endpoint.get_absolute_url()).text
    row = Delivery.objects.get()
    alices.post(reverse("webhooks:retry", args=["circle", endpoint.pk, row.pk]))
    sending.send_due()
    assert "Taken: 204" in alices.get(response["Location"]).text


def test_their_queries_do_not_grow(alices, endpoint, django_assert_max_num_queries):
    for _ in range(30):
        services.ping(endpoint=endpoint)
    with django_assert_max_num_queries(9):
        assert alices.get(endpoint.get_absolute_url()).text.count("A test") == 20
    with django_assert_max_num_queries(8):
        alices.get("/groups/circle/webhooks/")


def test_the_guide_shows_every_event_and_its_code_verifies(client, db, endpoint, receiver):
    page = client.get("/webhooks/").text
    for name in (*KINDS, "ping"):
        assert f"<code>{name}</code>" in page
    code = unescape(re.search(r'aria-label="Python"><code>(.*?)</code>', page, re.DOTALL)[1])
    code = code.replace("whsec_...", endpoint.secret).rpartition("\n\n\nHTTPServer(")[0]
    space: dict[str, object] = {}
    exec(compile(code, "guide", "exec"), space)
    services.ping(endpoint=endpoint)
    sending.send_due()
    came = receiver.received[0]
    assert space["webhook"].verify(came.body, came.headers)["type"] == "ping"


def test_the_groups_settings_lead_there(alices, circle):
    assert "/groups/circle/webhooks/" in alices.get("/groups/circle/settings/").text
