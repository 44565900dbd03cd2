"""Times are shown by the clock that a reader has chosen."""

import pytest
from django.http import HttpResponse
from django.utils import timezone

from apps.accounts.middleware import ReaderMiddleware


@pytest.fixture
def seen(rf):
    """Which zone holds while somebody's request is answered."""

    def seen_(user) -> str:
        request = rf.get("/")
        request.user = user
        return ReaderMiddleware(lambda request: HttpResponse(timezone.get_current_timezone_name()))(request).text

    return seen_


def test_it_holds_for_the_request_and_no_longer(bob, seen):
    bob.time_zone = "Asia/Tokyo"
    assert seen(bob) == "Asia/Tokyo"
    assert timezone.get_current_timezone_name() == "UTC"


def test_without_one_it_is_the_sites(bob, seen):
    assert seen(bob) == "UTC"


def test_one_that_there_is_no_more_breaks_no_page(bob, seen, rf):
    for name in ("Middle/Earth", "../etc/passwd"):
        bob.time_zone = name
        assert seen(bob) == "UTC"


def test_it_is_chosen_in_the_account(client, bob):
    client.force_login(bob)
    assert "Europe/Berlin" in client.get("/profile/").text
    client.post("/profile/", {"name": "Bob", "time_zone": "Europe/Berlin"})
    bob.refresh_from_db()
    assert bob.time_zone == "Europe/Berlin"
    assert client.post("/profile/", {"name": "Bob", "time_zone": "Middle/Earth"}).status_code == 200
    bob.refresh_from_db()
    assert bob.time_zone == "Europe/Berlin"
