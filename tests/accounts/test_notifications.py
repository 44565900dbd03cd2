"""What people are told: the bell, the page, and what is marked as read."""

import pytest
from django.urls import reverse

from apps.accounts.models import Notification
from apps.accounts.notifications import notify, unread

PAGE = "/notifications/"


@pytest.fixture
def bobs(client, bob):
    client.force_login(bob)
    return client


def told(user, *texts, **fields) -> list[Notification]:
    for text in texts:
        notify([user], kind="comment", text=text, **fields)
    return list(Notification.objects.filter(user=user).order_by("pk"))


def test_the_bell_says_how_many_are_unread(bobs, bob):
    assert 'aria-label="Notifications"' in bobs.get("/").text
    told(bob, "One", "Two")
    assert 'aria-label="Notifications, 2 unread"' in bobs.get("/").text


def test_who_is_not_signed_in_has_no_bell(client, db):
    assert "Notifications" not in client.get("/").text
    assert client.get(PAGE).status_code == 302


def test_the_unread_ones_come_first_and_the_latest_of_them(bobs, bob):
    rows = told(bob, "Oldest", "Middle", "Latest")
    bobs.post(reverse("notification", args=[rows[-1].pk]))
    text = bobs.get(PAGE).text
    assert text.index("Middle") < text.index("Oldest") < text.index("Latest")


def test_looking_at_the_page_reads_nothing(bobs, bob):
    told(bob, "One")
    bobs.get(PAGE)
    assert unread(bob) == 1


def test_opening_one_reads_it_and_goes_there(bobs, bob):
    one, _ = told(bob, "One", "Two", url="/submissions/")
    response = bobs.post(reverse("notification", args=[one.pk]))
    assert response["Location"] == "/submissions/"
    assert unread(bob) == 1


def test_an_address_elsewhere_is_not_gone_to(bobs, bob):
    (one,) = told(bob, "One", url="https://evil.example/")
    assert bobs.post(reverse("notification", args=[one.pk]))["Location"] == PAGE


def test_nobody_opens_or_sees_somebody_elses(bobs, bob, charlie):
    (one,) = told(charlie, "For Charlie alone")
    assert bobs.post(reverse("notification", args=[one.pk])).status_code == 404
    assert "For Charlie alone" not in bobs.get(PAGE).text
    assert unread(charlie) == 1


def test_a_link_that_is_looked_ahead_at_reads_nothing(bobs, bob):
    (one,) = told(bob, "One")
    assert bobs.get(reverse("notification", args=[one.pk])).status_code == 405


def test_all_that_were_seen_are_read_at_once_and_none_that_came_meanwhile(bobs, bob):
    _, second = told(bob, "One", "Two")
    told(bob, "Three")
    bobs.post(reverse("read_notifications"), {"up_to": second.pk})
    assert [one.text for one in Notification.objects.filter(user=bob, read_at=None)] == ["Three"]


@pytest.mark.parametrize("up_to", ["", "x", "-1", "9" * 40])
def test_a_strange_limit_does_no_harm(bobs, bob, up_to):
    told(bob, "One")
    assert bobs.post(reverse("read_notifications"), {"up_to": up_to}).status_code == 302


def test_a_message_is_shown_whole_and_clean(bobs, bob):
    told(bob, "Alice wrote", body="Look at *this*. <script>alert(1)</script>")
    text = bobs.get(PAGE).text
    assert "<em>this</em>" in text
    assert "<script>alert" not in text


def test_its_queries_do_not_grow(bobs, bob, django_assert_max_num_queries):
    told(bob, *(f"Number {n}" for n in range(40)))
    with django_assert_max_num_queries(5):
        assert bobs.get(PAGE).text.count('class="row-link"') == 30
    assert "Number 0" in bobs.get(PAGE + "?page=2").text
