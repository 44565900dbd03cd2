"""How people are told: by kind, on the site, by e-mail at once, in the morning, or not; and how each ends."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts import mails
from apps.accounts.kinds import KINDS, Channel, kind_of
from apps.accounts.models import NOTIFICATION_ICONS, Choice, Mail, Notification
from apps.accounts.notifications import choices_of, choose, notify, stop_mail

PAGE = "/profile/notifications/"


@pytest.fixture
def bobs(client, bob):
    client.force_login(bob)
    return client


def told(user) -> list[str]:
    return list(Notification.objects.filter(user=user).values_list("text", flat=True))


def test_every_word_belongs_to_one_kind_and_has_an_icon():
    words = [word for kind in KINDS.values() for word in kind.told]
    assert len(words) == len(set(words))
    assert set(words) == set(NOTIFICATION_ICONS)
    assert all(kind.default in kind.channels for kind in KINDS.values())


@pytest.mark.parametrize(
    ("channel", "rows", "mailed", "waiting"),
    [("nothing", 0, 0, 0), ("inbox", 1, 0, 0), ("digest", 1, 0, 1), ("at-once", 1, 1, 0)],
)
def test_somebody_is_told_as_they_chose(bob, channel, rows, mailed, waiting):
    choose(bob, {"comment": channel})
    notify([bob], kind="comment", text="Alice commented.", url="/submissions/")
    assert len(told(bob)) == rows
    assert Notification.objects.filter(awaits_digest=True).count() == waiting
    mails.send_due()
    assert len(mail.outbox) == mailed


def test_each_of_several_as_they_chose(bob, charlie):
    choose(bob, {"comment": "at-once"})
    choose(charlie, {"comment": "nothing"})
    assert notify([bob, charlie], kind="comment", text="Alice commented.") == 1
    assert (told(bob), told(charlie)) == (["Alice commented."], [])
    assert [one.to for one in Mail.objects.all()] == [bob.email]


def test_whose_account_is_closed_gets_no_mail(bob):
    choose(bob, {"comment": "at-once"})
    bob.is_active = False
    bob.save()
    notify([bob], kind="comment", text="Alice commented.")
    assert not Mail.objects.exists()


def test_the_page_shows_what_holds_and_keeps_what_is_chosen(bobs, bob):
    page = bobs.get(PAGE).text
    for kind in KINDS.values():
        assert re.search(rf'<select name="{kind.name}".*?value="{kind.default}" selected', page, re.DOTALL), kind.name
    chosen = {name: kind.channels[0].value for name, kind in KINDS.items()}
    assert bobs.post(PAGE, chosen).status_code == 302
    assert choices_of(bob) == chosen
    assert re.search(r'<select name="comment".*?value="nothing" selected', bobs.get(PAGE).text, re.DOTALL)


@pytest.mark.parametrize("strange", ["", "pigeon"])
def test_what_can_not_be_chosen_is_refused(bobs, bob, strange):
    chosen = {name: kind.default.value for name, kind in KINDS.items()} | {"comment": strange}
    assert bobs.post(PAGE, chosen).status_code == 422
    assert not Choice.objects.exists()


def test_a_message_can_not_be_chosen_away(bob):
    choose(bob, {"message": "nothing"})
    notify([bob], kind="message", text="Alice wrote to you.", body="Come.")
    assert told(bob) == ["Alice wrote to you."]


def test_its_queries_do_not_grow(bobs, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        bobs.get(PAGE)


class TestTheEnd:
    @pytest.fixture
    def message(self, bob):
        choose(bob, {"comment": "at-once", "score": "at-once"})
        notify([bob], kind="comment", text="Alice commented.", url="/submissions/")
        mails.send_due()
        return mail.outbox[0]

    def address(self, message) -> str:
        return message.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")

    def test_a_mail_says_what_where_and_how_it_ends(self, message):
        assert message.subject == "Alice commented."
        assert "http://localhost:8000/submissions/" in message.body
        assert f"http://localhost:8000{PAGE}" in message.body
        assert self.address(message) in message.body
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_one_post_without_a_cookie_ends_that_kind_alone(self, message, bob):
        """RFC 8058."""
        client = Client(enforce_csrf_checks=True)
        assert client.get(self.address(message)).status_code == 200
        assert choices_of(bob)["comment"] == "at-once"
        assert client.post(self.address(message), {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert choices_of(bob) | {"comment": "inbox"} == choices_of(bob)
        assert choices_of(bob)["score"] == "at-once"

    def test_the_end_of_the_morning_ends_what_comes_in_it_and_no_more(self, message, bob):
        stop_mail(bob, "morning")
        after = choices_of(bob)
        assert (after["due"], after["comment"], after["score"]) == ("inbox", "at-once", "at-once")
        assert Channel.DIGEST not in after.values()

    def test_an_old_mail_ends_nothing_that_was_chosen_to_be_less(self, message, bob):
        choose(bob, {"comment": "nothing"})
        stop_mail(bob, "comment")
        assert choices_of(bob)["comment"] == "nothing"

    def test_a_link_that_we_did_not_sign_ends_nothing(self, client, message, bob):
        assert client.post("/notifications/stop/forged/").status_code == 404
        assert choices_of(bob)["comment"] == "at-once"


class TestInbox:
    def test_of_one_kind(self, bobs, bob):
        notify([bob], kind="comment", text="Alice commented.")
        notify([bob], kind="plan", text="The plan changed.")
        page = bobs.get("/notifications/?kind=plan").text
        assert "The plan changed." in page
        assert "Alice commented." not in page
        assert 'href="?kind=plan" aria-current="page"' in page
        assert "Alice commented." in bobs.get("/notifications/?kind=strange").text

    def test_all_of_one_kind_are_read_and_no_others(self, bobs, bob):
        notify([bob], kind="comment", text="Alice commented.")
        notify([bob], kind="plan", text="The plan changed.")
        latest = Notification.objects.latest("pk").pk
        response = bobs.post("/notifications/read/", {"up_to": latest, "kind": "plan"})
        assert response["Location"] == "/notifications/?kind=plan"
        assert [one.kind for one in Notification.objects.filter(read_at=None)] == ["comment"]

    def test_read_and_unread_without_going_there(self, bobs, bob):
        notify([bob], kind="comment", text="Alice commented.", url="/submissions/")
        one = Notification.objects.get()
        url = reverse("mark_notification", args=[one.pk])
        assert bobs.post(url, {"as": "read"})["Location"] == "/notifications/"
        one.refresh_from_db()
        assert one.read_at is not None
        assert one.awaits_digest is False
        bobs.post(url, {"as": "unread", "kind": "comment"})
        one.refresh_from_db()
        assert one.read_at is None

    def test_of_somebody_else_nothing_is_marked(self, bobs, charlie):
        notify([charlie], kind="comment", text="Alice commented.")
        url = reverse("mark_notification", args=[Notification.objects.get().pk])
        assert {bobs.post(url, {"as": way}).status_code for way in ("read", "unread")} == {404}

    def test_from_page_to_page_within_a_kind(self, bobs, bob):
        for n in range(31):
            notify([bob], kind="plan", text=f"Change {n}.")
        assert 'href="?kind=plan&amp;page=2"' in bobs.get("/notifications/?kind=plan").text


def test_words_that_are_written_have_a_kind():
    """What services tell is found in their source: a new word needs a kind."""
    from pathlib import Path

    source = "".join(path.read_text() for path in Path("apps").rglob("*.py"))
    words = set(re.findall(r'notify\([^"]*?kind="([\w-]+)"', source))
    assert {"comment", "score", "message", "webhook", "graded"} <= words
    for word in words:
        kind_of(word)
