"""One mail in the morning: to whom, about what, once; and how it ends."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts import mails
from apps.accounts.models import Mail, Notification
from apps.accounts.notifications import choices_of, choose, notify, read_all
from apps.catalog.models import Completion
from apps.groups import reminders
from apps.groups.models import Digest, Extension, Group, Meeting, Membership
from apps.groups.tasks import remind

# A Tuesday; 8:00 in Berlin, where it is winter.
MORNING = datetime(2030, 1, 15, 7, 0, tzinfo=UTC)
SOON = MORNING + timedelta(hours=40)


@pytest.fixture(autouse=True)
def in_berlin(circle):
    Group.objects.filter(pk=circle.pk).update(time_zone="Europe/Berlin")
    circle.refresh_from_db()
    # Bob alone has something to say here.
    Membership.objects.exclude(user__email="bob@example.org").update(reminders=False)


@pytest.fixture
def due(assign, resource):
    """Something that is due within two days."""
    return assign(resource, due_at=SOON)


def told_at(now: datetime) -> int:
    """How many are told then; what is written goes out."""
    told = reminders.send_due(now)
    mails.send_due()
    return told


def to(user) -> list:
    return [message for message in mail.outbox if message.to == [user.email]]


def test_what_is_due_within_two_days_is_told_in_the_morning(due, bob):
    assert told_at(MORNING) == 1
    message = to(bob)[0]
    assert message.subject == "1 thing due soon"
    html = message.alternatives[0].content
    for piece in (
        "Good morning, Bob.",
        "The circle",
        "A tree",
        "Thursday 17 January, 00:00",
        "Europe/Berlin",
        "not yet",
    ):
        assert piece in message.body
        assert piece in html
    assert f"http://localhost:8000{due.item.get_absolute_url()}" in message.body


@pytest.mark.parametrize("hour", [6, 11])
def test_at_another_hour_nobody_is_told(due, hour):
    assert told_at(MORNING.replace(hour=hour)) == 0


def test_when_nothing_ran_at_eight_it_comes_later_in_the_morning(due):
    assert told_at(MORNING.replace(hour=10)) == 1


def test_the_morning_is_the_members_own(due, bob):
    bob.time_zone = "Asia/Tokyo"
    bob.save()
    assert told_at(MORNING) == 0
    assert told_at(datetime(2030, 1, 15, 23, 0, tzinfo=UTC)) == 1  # 8:00 of the 16th in Tokyo
    assert "Asia/Tokyo" in to(bob)[0].body


@pytest.mark.parametrize(("day", "hour"), [(27, 7), (28, 6), (29, 6)])
def test_eight_is_eight_before_and_after_the_clocks_change(assign, resource, day, hour):
    """In Berlin they are put forward on 28 March 2027."""
    now = datetime(2027, 3, day, hour, 0, tzinfo=UTC)
    assign(resource, due_at=now + timedelta(hours=30))
    assert told_at(now - timedelta(minutes=1)) == 0
    assert told_at(now) == 1


def test_a_meeting_is_told_the_day_before_by_the_members_calendar(circle, bob):
    meeting = Meeting.objects.create(
        group=circle, title="Trees", starts_at=MORNING + timedelta(hours=35), place="Room 2"
    )
    assert told_at(MORNING) == 1
    message = to(bob)[0]
    assert message.subject == "“Trees” is tomorrow"
    assert "Tomorrow, Wednesday 16 January, 19:00: Trees (Room 2)" in message.body
    # Of the one after tomorrow nothing is said, though it is within two days.
    Digest.objects.all().delete()
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=MORNING + timedelta(hours=42))
    assert told_at(MORNING) == 0


def test_what_is_done_optional_or_later_is_not_told(due, bob, resource, assign, exercise):
    Completion.objects.create(user=bob, resource=resource)
    optional = assign(exercise, due_at=SOON, optional=True)
    assert told_at(MORNING) == 0
    type(optional).objects.filter(pk=optional.pk).update(optional=False, due_at=MORNING + timedelta(hours=49))
    assert told_at(MORNING) == 0
    type(optional).objects.filter(pk=optional.pk).update(due_at=MORNING - timedelta(hours=1))
    assert told_at(MORNING) == 0


def test_an_extension_moves_the_reminder(due, bob):
    extension = Extension.objects.create(assignment=due, user=bob, due_at=SOON + timedelta(days=7))
    assert told_at(MORNING) == 0
    assert told_at(MORNING + timedelta(days=7)) == 1
    extension.delete()
    assert told_at(MORNING + timedelta(days=8)) == 0


def test_one_mail_tells_of_all_groups(due, circle, bob, exercise):
    other = Group.objects.create(slug="other", name="The others", time_zone="Europe/Berlin")
    other.memberships.create(user=bob)
    other.assignments.create(exercise=exercise, due_at=SOON)
    assert told_at(MORNING) == 1
    assert "The circle" in mail.outbox[0].body
    assert "The others" in mail.outbox[0].body
    assert mail.outbox[0].subject == "2 things due soon"


def test_of_a_group_without_reminders_nothing_is_said(due, circle, bob, exercise):
    other = Group.objects.create(slug="other", name="The others", time_zone="Europe/Berlin")
    other.memberships.create(user=bob, reminders=False)
    other.assignments.create(exercise=exercise, due_at=SOON)
    told_at(MORNING)
    assert "The others" not in mail.outbox[0].body


@pytest.mark.parametrize("end", ["archived", "left", "inactive"])
def test_nobody_is_told_of_what_has_ended_for_them(due, circle, bob, end):
    if end == "archived":
        Group.objects.filter(pk=circle.pk).update(archived_at=MORNING)
    elif end == "left":
        Membership.objects.filter(user=bob).update(left_at=MORNING)
    else:
        bob.is_active = False
        bob.save()
    assert told_at(MORNING) == 0


def test_it_is_told_once_a_day(due):
    assert [told_at(MORNING + timedelta(minutes=n)) for n in (0, 0, 60, 120)] == [1, 0, 0, 0]
    assert told_at(MORNING + timedelta(days=1)) == 1


def test_of_two_beats_at_once_one_sends(due, bob, monkeypatch):
    """The second one has looked before the first one took the day."""
    look = reminders._parts

    def slow(*arguments):
        found = look(*arguments)
        monkeypatch.setattr(reminders, "_parts", look)
        assert told_at(MORNING) == 1
        return found

    monkeypatch.setattr(reminders, "_parts", slow)
    assert told_at(MORNING) == 0
    assert len(to(bob)) == 1


def test_a_mail_that_could_not_be_handed_over_is_tried_again_and_written_once(due, bob, monkeypatch):
    def refuse(message):
        raise SMTPException("Come back later")

    with monkeypatch.context() as patch:
        patch.setattr(mails.EmailMultiAlternatives, "send", refuse)
        assert told_at(MORNING) == 1
    assert told_at(MORNING + timedelta(hours=1)) == 0
    assert to(bob) == []
    Mail.objects.update(next_try_at=timezone.now())
    mails.send_due()
    assert len(to(bob)) == 1


def test_one_that_fails_holds_up_nobody_else(due, circle, bob, dana, monkeypatch):
    Membership.objects.update(reminders=True)
    parts = reminders._parts

    def break_bobs(person, *arguments):
        if person.user == bob:
            raise ZeroDivisionError
        return parts(person, *arguments)

    monkeypatch.setattr(reminders, "_parts", break_bobs)
    assert told_at(MORNING) == 2
    assert len(to(dana)) == 1


def test_a_zone_that_there_is_no_more_keeps_nobody_from_being_told(due, circle, bob, dana):
    Membership.objects.update(reminders=True)
    bob.time_zone = "Middle/Earth"
    bob.save()
    assert told_at(MORNING) == 3
    assert "Europe/Berlin" in to(bob)[0].body  # the group's


def test_beat_has_it_every_hour(due, monkeypatch):
    from studyhub.celery import app

    entry = app.conf.beat_schedule["remind"]
    assert (entry["task"], entry["schedule"].hour, entry["schedule"].minute) == (remind.name, set(range(24)), {0})
    called = []
    monkeypatch.setattr(reminders, "send_due", lambda: called.append(True))
    remind()
    assert called == [True]


def test_its_address_ends_reminders_of_a_group_or_of_all(due, circle, bob):
    other = Group.objects.create(slug="other", name="The others")
    other.memberships.create(user=bob)
    told_at(MORNING)
    client, url = Client(enforce_csrf_checks=True), f"/groups/unsubscribe/{reminders.token_of(bob)}/"
    assert f"http://localhost:8000{url}" in to(bob)[0].body
    page = client.get(url).text
    assert "Stop all reminders" in page
    assert Membership.objects.filter(user=bob, reminders=True).count() == 2
    page = client.post(url, {"group": "circle"}).text
    assert list(Membership.objects.filter(user=bob, reminders=True)) == [other.memberships.get()]
    assert "Stop all reminders" in page
    page = client.post(url).text
    assert choices_of(bob)["due"] == "nothing"
    assert "Stop all reminders" not in page
    assert "No group reminds bob@example.org any more." in page


def test_who_chose_not_to_be_told_of_it_is_not(due, bob):
    choose(bob, {"due": "nothing"})
    assert told_at(MORNING) == 0


def test_on_the_site_alone_where_that_is_chosen(due, bob):
    choose(bob, {"due": "inbox"})
    assert [told_at(MORNING), told_at(MORNING + timedelta(hours=1))] == [1, 0]
    assert mail.outbox == []
    told = Notification.objects.get(user=bob)
    assert (told.kind, told.text, told.url) == ("due", "1 thing due soon", "/groups/circle/plan/")


def test_who_wants_to_be_told_again_hears_of_every_group(circle, bob):
    choose(bob, {"due": "nothing"})
    Membership.objects.filter(user=bob).update(reminders=False)
    choose(bob, {"due": "digest"})
    assert Membership.objects.get(user=bob).reminders


class TestWhatWasNotRead:
    @pytest.fixture(autouse=True)
    def his_clock(self, bob):
        bob.time_zone = "Europe/Berlin"
        bob.save()

    def test_comes_in_the_same_mail_as_what_is_due_once(self, due, bob):
        notify([bob], kind="comment", text="Alice commented on it.", url="/submissions/")
        assert told_at(MORNING) == 1
        (message,) = to(bob)
        assert message.subject == "1 thing due soon · 1 unread"
        for text in (message.body, message.alternatives[0].content):
            assert "Alice commented on it." in text
            assert "A tree" in text
            assert "http://localhost:8000/submissions/" in text
        type(due).objects.update(due_at=None)
        assert told_at(MORNING + timedelta(days=1)) == 0

    def test_comes_to_who_is_in_no_group_by_their_own_clock(self, charlie):
        charlie.time_zone = "Asia/Tokyo"
        charlie.save()
        notify([charlie], kind="comment", text="Somebody commented.")
        assert told_at(MORNING) == 0
        assert told_at(datetime(2030, 1, 15, 23, 0, tzinfo=UTC)) == 1
        assert to(charlie)[0].subject == "Somebody commented."

    def test_what_was_read_by_then_does_not_come(self, bob):
        notify([bob], kind="comment", text="Alice commented on it.")
        read_all(bob, Notification.objects.get().pk)
        assert told_at(MORNING) == 0

    def test_what_was_not_chosen_for_it_does_not(self, bob):
        choose(bob, {"comment": "inbox"})
        notify([bob], kind="comment", text="Alice commented on it.")
        assert told_at(MORNING) == 0

    def test_a_mail_that_is_not_written_leaves_the_day_and_the_news(self, bob, monkeypatch):
        notify([bob], kind="comment", text="Alice commented on it.")
        with monkeypatch.context() as patch:
            patch.setattr(reminders, "_write", lambda _: 1 / 0)
            assert told_at(MORNING) == 0
        assert told_at(MORNING) == 1
        assert "Alice commented" in to(bob)[0].body

    def test_of_many_a_mail_has_thirty(self, bob):
        for n in range(33):
            notify([bob], kind="comment", text=f"Comment {n}.")
        told_at(MORNING)
        assert to(bob)[0].body.count("Comment ") == 30
        assert "and 3 more" in to(bob)[0].body


def test_a_link_that_we_did_not_sign_ends_nothing(client, circle, bob):
    response = client.post("/groups/unsubscribe/forged/")
    assert response.status_code == 404
    assert Membership.objects.get(user=bob).reminders


def test_names_can_not_add_lines_to_a_mail(circle, bob):
    Meeting.objects.create(group=circle, title="Trees\nBcc: x@example.org", starts_at=MORNING + timedelta(hours=30))
    assert told_at(MORNING) == 1
    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == [bob.email]


def test_html_shows_names_as_text(circle, bob):
    Meeting.objects.create(group=circle, title="<b>Trees</b>", starts_at=MORNING + timedelta(hours=30))
    told_at(MORNING)
    assert "&lt;b&gt;Trees" in mail.outbox[0].alternatives[0].content
    assert "<b>Trees</b>" in mail.outbox[0].body
