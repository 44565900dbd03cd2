"""From a row to the mail server: sent once, tried again, given up with word to operators; and what one sees of it."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from apps.accounts import mails
from apps.accounts.models import Mail
from studyhub import outbox
from studyhub.models import Tally


@pytest.fixture
def letter(bob) -> Mail:
    return mails.write(bob, "comment", subject="A\ncomment", text="Alice commented.")


def fails(monkeypatch, *problems: Exception | None) -> None:
    """What the server says to each mail in turn; None: it takes it."""
    left, send = list(problems), mails.EmailMultiAlternatives.send

    def answer(message):
        if problem := left.pop(0):
            raise problem
        return send(message)

    monkeypatch.setattr(mails.EmailMultiAlternatives, "send", answer)


def later() -> None:
    Mail.objects.filter(state="waiting").update(next_try_at=timezone.now() - timedelta(seconds=1))


BUSY = SMTPDataError(451, b"Come back later")
UNKNOWN = SMTPRecipientsRefused({"bob@example.org": (550, b"No such user")})


def test_it_goes_out_once_under_its_own_id(letter):
    assert [mails.send_due(), mails.send_due()] == [1, 0]
    (message,) = mail.outbox
    assert message.subject == "A comment"
    assert message.extra_headers["Message-ID"] == f"<{letter.key}@localhost>"
    assert Mail.objects.get().state == "sent"


def test_it_is_written_with_what_it_tells_of_or_not_at_all(bob):
    with transaction.atomic():
        mails.write(bob, "comment", subject="A comment", text="x")
        transaction.set_rollback(True)
    assert not Mail.objects.exists()


def test_the_worker_is_rung_for_on_commit(bob, monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(mails.bell, "send", lambda name, **_: rung.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        mails.write(bob, "comment", subject="A comment", text="x")
        assert rung == []
    assert rung == [mails.DELIVER_TASK]


def test_what_the_server_refuses_is_tried_again(letter, monkeypatch):
    fails(monkeypatch, BUSY, BUSY, None)
    assert mails.send_due() == 0
    row = Mail.objects.get()
    assert (row.state, row.tries) == ("waiting", 1)
    assert "Come back later" in row.last_error
    assert mails.send_due() == 0  # its time has not come
    for _ in range(2):
        later()
        mails.send_due()
    assert Mail.objects.get().state == "sent"


def test_it_waits_ever_longer_and_is_given_up_with_word_to_operators(
    letter, monkeypatch, django_capture_on_commit_callbacks
):
    fails(monkeypatch, *[BUSY] * 20)
    waits = []
    for _ in range(20):
        before = timezone.now()
        with django_capture_on_commit_callbacks(execute=True):
            mails.send_due()
        row = Mail.objects.get()
        if row.state == "failed":
            break
        waits.append((row.next_try_at - before).total_seconds())
        later()
    assert row.tries == len(waits) + 1 == 7
    assert waits == sorted(waits)
    assert 12 * 3600 < sum(waits) < 24 * 3600
    assert Tally.objects.get(name="mails_given_up").value == 1


def test_an_address_that_there_is_not_is_given_up_at_once(letter, monkeypatch):
    fails(monkeypatch, UNKNOWN)
    mails.send_due()
    assert Mail.objects.get().state == "failed"


def test_one_that_is_refused_holds_up_no_other(letter, charlie, monkeypatch):
    mails.write(charlie, "comment", subject="Another", text="x")
    fails(monkeypatch, UNKNOWN, None)
    assert mails.send_due() == 1
    assert mail.outbox[0].to == [charlie.email]


def test_where_the_server_can_not_be_reached_one_try_is_enough(letter, charlie, settings):
    mails.write(charlie, "comment", subject="Another", text="x")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    mails.send_due()
    assert sorted(Mail.objects.values_list("tries", flat=True)) == [0, 1]


def test_killed_between_claim_and_send_it_is_sent_later_and_counted_once(letter):
    dead = Mail.objects.get()
    assert dead.claim(timezone.now())
    assert mails.send_due() == 0  # it may yet be sending
    Mail.objects.update(claimed_at=timezone.now() - timedelta(seconds=outbox.LEASE_S + 1))
    assert mails.send_due() == 1
    assert dead.failed(timezone.now(), "Late.", mails.WAITS_S) is False
    row = Mail.objects.get()
    assert (row.state, row.tries, len(mail.outbox)) == ("sent", 2, 1)


def test_of_two_workers_one_sends(letter):
    one, other = Mail.objects.get(), Mail.objects.get()
    now = timezone.now()
    assert [one.claim(now), other.claim(now)] == [True, False]


def test_of_two_that_find_a_dead_ones_row_one_sends(letter):
    long_ago = timezone.now() - timedelta(hours=1)
    Mail.objects.get().claim(long_ago)
    one, other = Mail.objects.get(), Mail.objects.get()
    now = timezone.now()
    assert [one.claim(now), other.claim(now)] == [True, False]


def test_what_is_a_month_old_goes_and_what_waits_stays(bob):
    now = timezone.now()
    for state in ("sent", "failed", "waiting"):
        mails.write(bob, "comment", subject=state, text="x")
        Mail.objects.filter(subject=state).update(state=state, created_at=now - timedelta(days=31))
    mails.write(bob, "comment", subject="new", text="x")
    assert mails.clear_old(now) == 2
    assert sorted(Mail.objects.values_list("subject", flat=True)) == ["new", "waiting"]


class TestThePage:
    def test_shows_ones_own_and_what_became_of_each(self, client, bob, charlie, letter, monkeypatch):
        mails.write(charlie, "comment", subject="For Charlie alone", text="x")
        mails.write(bob, "morning", subject="The morning", text="secret body")
        fails(monkeypatch, BUSY, None, None)
        mails.send_due()
        client.force_login(bob)
        page = client.get("/profile/mails/").text
        assert "For Charlie alone" not in page
        assert "Morning e-mail, to bob@example.org" in page
        assert page.count("state--good") == page.count("state--warn") == 1
        assert "The mail server did not take it; we try again at" in page

    def test_its_queries_do_not_grow(self, client, bob, django_assert_max_num_queries):
        client.force_login(bob)
        for n in range(60):
            mails.write(bob, "comment", subject=f"Mail {n}", text="x")
        with django_assert_max_num_queries(4):
            assert client.get("/profile/mails/").text.count("Mail ") == 50

    def test_operators_see_all_but_no_text(self, client, django_user_model, letter):
        client.force_login(django_user_model.objects.create_superuser("ada@example.org", "ada-secret"))
        assert "bob@example.org" in client.get("/admin/accounts/mail/").text
        assert "Alice commented." not in client.get(f"/admin/accounts/mail/{letter.pk}/change/").text
