"""A group: made, read, changed, put aside."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import AuditEntry, Notification
from apps.groups.models import Group, Meeting, Membership, Pin, Role
from apps.groups.services import groups as services

FORM = {"name": "Trees & Co.", "summary": "*Trees*", "time_zone": "Europe/Berlin"}


@pytest.fixture
def page_of(client):
    """What somebody reads at an address below the circle's."""

    def read(user, path: str = "", status: int = 200) -> str:
        client.force_login(user)
        response = client.get(f"/groups/circle/{path}")
        assert response.status_code == status
        return response.text

    return read


@pytest.fixture
def post(client):
    """Send a form to an address below the circle's; what is read after it."""

    def send(user, path: str, **data) -> str:
        client.force_login(user)
        return client.post(f"/groups/circle/{path}", data, follow=True).text

    return send


def test_who_makes_a_group_leads_it(client, bob):
    client.force_login(bob)
    response = client.post("/groups/new/", FORM)
    group = Group.objects.get()
    assert response["Location"] == "/groups/trees-co/invitations/"
    assert (group.name, group.time_zone, group.created_by) == ("Trees & Co.", "Europe/Berlin", bob)
    assert group.memberships.get().role == Role.LEAD


@pytest.mark.parametrize("changes", [{"name": ""}, {"name": "x" * 81}, {"time_zone": "Mars/Olympus"}])
def test_a_form_that_can_not_be_used_makes_no_group(client, bob, changes):
    client.force_login(bob)
    assert client.post("/groups/new/", FORM | changes).status_code == 422
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("Trees", ["trees", "trees-2", "trees-3"]),
        ("New", ["new-2", "new-3"]),
        ("学習会", ["group", "group-2"]),
        ("x" * 80, ["x" * 50, "x" * 50 + "-2"]),
    ],
)
def test_each_group_has_an_address_of_its_own(bob, name, slugs):
    made = [services.create(by=bob, name=name, summary="", time_zone="UTC").slug for _ in slugs]
    assert made == slugs


def test_two_groups_of_one_name_at_once(bob, monkeypatch):
    services.create(by=bob, name="Trees", summary="", time_zone="UTC")
    answers = iter(["trees", "trees-2"])  # what the second one saw before the first was there, and after
    monkeypatch.setattr(services, "free_slug", lambda name: next(answers))
    assert services.create(by=bob, name="Trees", summary="", time_zone="UTC").slug == "trees-2"


def test_the_list_has_ones_own_groups_archived_ones_apart(client, circle, bob, charlie):
    old = Group.objects.create(slug="old", name="Old circle", archived_at=timezone.now())
    Membership.objects.create(group=old, user=bob)
    Group.objects.create(slug="other", name="Another circle")
    client.force_login(bob)
    text = client.get("/groups/").text
    assert text.index("The circle") < text.index("Archived") < text.index("Old circle")
    assert "3 members" in text
    assert "Another circle" not in text
    client.force_login(charlie)
    assert "You are in no group yet" in client.get("/groups/").text


def test_the_list_takes_as_many_queries_for_many_groups(client, circle, bob, django_assert_max_num_queries):
    for number in range(8):
        group = Group.objects.create(slug=f"g{number}", name=f"Group {number}")
        Membership.objects.create(group=group, user=bob)
    client.force_login(bob)
    with django_assert_max_num_queries(6):
        client.get("/groups/")


def test_only_signed_in_people_find_groups_in_the_navigation(client, bob):
    link = '<a href="/groups/"'
    assert link not in client.get("/accounts/login/").text
    client.force_login(bob)
    assert link in client.get("/groups/").text


def test_a_member_reads_what_the_group_is_about(circle, bob, page_of):
    assert "We <em>read</em> on Thursdays." in page_of(bob)


def test_what_comes_next_and_what_to_do_before_it(circle, bob, page_of, assign, resource, exercise):
    now = timezone.now()
    Meeting.objects.create(group=circle, title="Too late", starts_at=now - timedelta(hours=3), minutes=60)
    going_on = Meeting.objects.create(group=circle, title="Roots", starts_at=now - timedelta(minutes=5))
    Meeting.objects.create(group=circle, title="Much later", starts_at=now + timedelta(days=9))
    assign(resource, meeting=going_on)
    assign(exercise)
    text = page_of(bob)
    assert "Roots" in text
    assert "Too late" not in text
    assert "Much later" not in text
    assert text.index("Before it") < text.index("Read: A tree") < text.index("for no meeting in particular")
    assert "Hand in: Doubling numbers" in text


def test_what_an_earlier_meeting_asked_for_stays_until_it_is_done(circle, alice, bob, page_of, assign, exercise):
    past = Meeting.objects.create(group=circle, title="Roots", starts_at=timezone.now() - timedelta(days=3))
    assign(exercise, meeting=past)
    assert '<details class="past" open>' in page_of(bob)
    # A lead is not buried in what a lead has not handed in.
    assert '<details class="past">' in page_of(alice)


def test_times_are_read_by_the_readers_clock_else_by_the_groups(circle, bob, dana, page_of):
    Group.objects.filter(pk=circle.pk).update(time_zone="Asia/Tokyo")
    day = (timezone.now() + timedelta(days=30)).replace(month=1, day=20, hour=12, minute=0)
    Meeting.objects.create(group=circle, title="Roots", starts_at=day.replace(year=day.year + 1))
    type(bob).objects.filter(pk=bob.pk).update(time_zone="America/New_York")
    assert "20 January, 07:00" in page_of(bob)
    assert "20 January, 21:00" in page_of(dana)


def test_a_recommendation_is_seen_by_whom_it_is_for(circle, alice, bob, dana, page_of, resource):
    Pin.objects.create(group=circle, user=bob, resource=resource, by=alice, note="Look at the roots.")
    assert "Look at the roots." in page_of(bob)
    assert "Look at the roots." not in page_of(dana)


def test_the_page_takes_as_many_queries_for_a_large_group(
    circle, bob, client, assign, resource, exercise, django_user_model, django_assert_max_num_queries
):
    meeting = Meeting.objects.create(group=circle, title="Roots", starts_at=timezone.now() + timedelta(days=1))
    assign(resource, meeting=meeting), assign(exercise, meeting=meeting)
    for number in range(40):
        user = django_user_model.objects.create_user(f"m{number}@example.org")
        Membership.objects.create(group=circle, user=user)
    client.force_login(bob)
    with django_assert_max_num_queries(12):
        assert "43 members" in client.get("/groups/circle/").text
    with django_assert_max_num_queries(5):
        assert "43 members" in client.get("/groups/circle/members/").text


def test_a_member_says_what_leads_may_see(circle, bob, post):
    assert "Saved." in post(bob, "preferences/", shares_all="on")
    member = circle.memberships.get(user=bob)
    assert (member.shares_all, member.reminders) == (True, False)


def test_a_lead_changes_the_name_and_the_address_stays(circle, alice, dana, post):
    post(dana, "settings/", name="The ring", summary="", time_zone="UTC")
    circle.refresh_from_db()
    assert (circle.name, circle.slug) == ("The ring", "circle")


def test_a_name_that_can_not_be_used_is_not_shown_as_the_groups(circle, alice, client):
    client.force_login(alice)
    response = client.post("/groups/circle/settings/", {"name": "", "time_zone": "UTC"})
    assert response.status_code == 422
    assert "<h1>The circle</h1>" in response.text


def test_an_archived_group_is_read_and_comes_back(circle, alice, bob, dana, page_of, post):
    assert "Archived. You can bring it back" in post(alice, "archive/")
    assert "This group is archived" in page_of(bob)
    assert "Invite people" not in page_of(alice, "members/")
    assert [one.text for one in Notification.objects.filter(user=bob)] == ["Alice archived the group The circle."]
    assert not Notification.objects.filter(user=alice).exists()
    assert "This group is archived: it can be read" in post(dana, "settings/", name="x", time_zone="UTC")
    assert "The group goes on." in post(alice, "restore/")
    circle.refresh_from_db()
    assert (circle.name, circle.is_archived) == ("The circle", False)
    assert list(AuditEntry.objects.values_list("actor", "what")) == [
        (alice.pk, "Brought back: The circle"),
        (alice.pk, "Archived: The circle"),
    ]


def test_of_two_who_archive_at_once_one_is_on_record(circle, alice):
    assert services.archive(group=circle, by=alice) is True
    assert services.archive(group=circle, by=alice) is False
    assert AuditEntry.objects.count() == 1


def test_consent_can_be_taken_back_in_an_archived_group(circle, alice, bob, post):
    circle.memberships.filter(user=bob).update(shares_all=True)
    services.archive(group=circle, by=alice)
    post(bob, "preferences/")
    assert circle.memberships.get(user=bob).shares_all is False
