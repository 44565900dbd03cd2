"""A member's calendar, read back as a calendar program reads it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from apps.groups.calendar import address_of
from apps.groups.models import Assignment, Extension, Group, Meeting, Membership
from apps.groups.services import extensions
from apps.groups.services import plan as services

AT = datetime(2030, 7, 2, 16, 0, tzinfo=UTC)


@pytest.fixture
def meeting(circle) -> Meeting:
    agenda = "- Trees; roots, leaves\n- A backslash \\ and “quotes”"
    return Meeting.objects.create(
        group=circle, title="Trees, and more; now", starts_at=AT, place="Room 2, left", agenda=agenda
    )


@pytest.fixture
def mine(circle, bob) -> Membership:
    return circle.memberships.get(user=bob)


@pytest.fixture
def events(client, mine):
    """The events of Bob's calendar, by their UID. Nobody is signed in."""

    def events_(member: Membership = mine) -> dict[str, object]:
        response = client.get(address_of(member))
        assert response.status_code == 200
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
        calendar = Calendar.from_ical(response.content)
        assert (calendar["VERSION"], str(calendar["X-WR-CALNAME"])) == ("2.0", "The circle")
        return {str(event["UID"]): event for event in calendar.walk("VEVENT")}

    return events_


def test_a_meeting_has_its_time_place_and_agenda(meeting, events):
    event = events()[f"meeting-{meeting.pk}@circle.studyhub"]
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (AT, AT + timedelta(minutes=90))
    assert str(event["SUMMARY"]) == meeting.title
    assert str(event["LOCATION"]) == meeting.place
    assert str(event["DESCRIPTION"]) == meeting.agenda


def test_a_date_takes_up_no_time(meeting, assign, resource, events):
    item = assign(resource, meeting=meeting, note="The first half")
    event = events()[f"due-{item.pk}@circle.studyhub"]
    assert event.decoded("DTSTART") == AT
    assert (str(event["SUMMARY"]), str(event["TRANSP"])) == ("Due: A tree", "TRANSPARENT")
    assert str(event["URL"]).endswith(resource.get_absolute_url())


def test_what_has_no_date_is_not_in_it(assign, resource, events):
    assign(resource)
    assert events() == {}


def test_an_extension_counts_for_its_member_alone(meeting, assign, resource, circle, bob, dana, events):
    item = assign(resource, meeting=meeting)
    Extension.objects.create(assignment=item, user=bob, due_at=AT + timedelta(days=3))
    uid = f"due-{item.pk}@circle.studyhub"
    assert events()[uid].decoded("DTSTART") == AT + timedelta(days=3)
    assert events(circle.memberships.get(user=dana))[uid].decoded("DTSTART") == AT


def test_a_changed_meeting_keeps_its_name_and_counts_up(meeting, alice, events):
    uid = f"meeting-{meeting.pk}@circle.studyhub"
    first = events()[uid]
    services.change_meeting(meeting=meeting, by=alice, fields={"starts_at": AT + timedelta(days=1)})
    again = events()[uid]
    assert (first["SEQUENCE"], again["SEQUENCE"]) == (0, 1)
    assert again.decoded("DTSTART") == AT + timedelta(days=1)
    assert again.decoded("LAST-MODIFIED") >= first.decoded("LAST-MODIFIED")


def test_a_date_that_changes_counts_up_whatever_changed_it(meeting, assign, resource, alice, bob, mine, events):
    item = assign(resource, meeting=meeting)
    uid = f"due-{item.pk}@circle.studyhub"
    old = timezone.now() - timedelta(days=9)
    Assignment.objects.update(changed_at=old)
    Meeting.objects.update(changed_at=old)
    seen = [events()[uid]["SEQUENCE"]]
    services.change_meeting(meeting=meeting, by=alice, fields={"starts_at": AT + timedelta(days=1)})
    seen.append(events()[uid]["SEQUENCE"])
    Meeting.objects.update(changed_at=old)
    extension = extensions.extend(assignment=item, member=mine, due_at=AT, reason="", by=alice)
    Extension.objects.update(at=old + timedelta(days=1))
    seen.insert(1, events()[uid]["SEQUENCE"])
    extensions.withdraw(extension=extension, member=mine, by=alice)
    seen.append(events()[uid]["SEQUENCE"])
    assert seen[0] < seen[1] < seen[2] <= seen[3]


def test_nothing_in_it_says_how_far_anybody_is(meeting, assign, exercise, client, mine):
    assign(exercise, meeting=meeting)
    text = client.get(address_of(mine)).text
    for word in ("Not handed in", "Passed", "bob@"):
        assert word not in text


def test_it_is_read_in_four_queries(meeting, assign, resource, client, mine, django_assert_num_queries):
    assign(resource, meeting=meeting)
    for number in range(9):
        Meeting.objects.create(group=mine.group, title=str(number), starts_at=AT)
    with django_assert_num_queries(4):
        client.get(address_of(mine))


def test_who_has_left_has_no_calendar(meeting, client, mine):
    Membership.objects.filter(pk=mine.pk).update(left_at=timezone.now())
    assert client.get(address_of(mine)).status_code == 404


def test_a_key_opens_its_own_group_alone(meeting, client, mine):
    other = Group.objects.create(slug="other", name="Other")
    assert client.get(f"/groups/{other.slug}/calendar/{mine.feed_key}.ics").status_code == 404
    assert client.get("/groups/circle/calendar/guessed.ics").status_code == 404


def test_a_new_address_ends_the_old_one(meeting, client, mine, bob):
    old = address_of(mine)
    client.force_login(bob)
    client.post("/groups/circle/calendar/renew/")
    assert client.get(old).status_code == 404
    mine.refresh_from_db()
    assert client.get(address_of(mine)).status_code == 200
    assert address_of(mine) in client.get("/groups/circle/plan/").text
