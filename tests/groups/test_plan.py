"""The plan: meetings in order, what is to be done for each, and how a lead changes it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Notification
from apps.catalog.models import Completion
from apps.groups.models import Assignment, Extension, Group, Meeting
from apps.quizzes.models import Quiz

BERLIN = {"time_zone": "Europe/Berlin"}


@pytest.fixture
def meet(circle):
    """Plan a meeting: `meet("Trees", days=3)`."""

    def meet_(title: str, days: float = 7, **fields) -> Meeting:
        at = timezone.now().replace(microsecond=0) + timedelta(days=days)
        return Meeting.objects.create(group=circle, title=title, starts_at=at, **fields)

    return meet_


@pytest.fixture
def read(client):
    def read_(user, path: str = "plan/", status: int = 200) -> str:
        client.force_login(user)
        response = client.get(f"/groups/circle/{path}")
        assert response.status_code == status
        return response.text

    return read_


@pytest.fixture
def post(client):
    def post_(user, path: str, **data):
        client.force_login(user)
        return client.post(f"/groups/circle/{path}", data, follow=True)

    return post_


def test_meetings_stand_in_order_with_what_is_to_be_done(meet, assign, resource, exercise, bob, read):
    second, first = meet("Forests", days=8), meet("Trees", days=1, agenda="Bring a *pencil*.", place="Room 2")
    assign(resource, meeting=first, note="The first half.")
    assign(exercise, meeting=second)
    page = read(bob)
    assert page.index("Trees") < page.index("A tree") < page.index("Forests") < page.index("Doubling numbers")
    for piece in (
        "<em>pencil</em>",
        "Room 2",
        "Read: A tree",
        "The first half.",
        "Hand in: Doubling numbers",
        "Not yet",
    ):
        assert piece in page


def test_each_member_reads_how_far_they_are(meet, assign, resource, bob, dana, read):
    assign(resource, meeting=meet("Trees"))
    Completion.objects.create(user=bob, resource=resource)
    assert "Done" in read(bob)
    assert "1 still to do" in read(dana)


def test_what_is_past_is_folded(meet, bob, read):
    meet("Long ago", days=-9)
    meet("Soon")
    page = read(bob)
    assert (
        page.index("<summary>1 meeting so far") < page.index("Long ago") < page.index("</details>") < page.index("Soon")
    )


def test_what_was_left_open_is_counted_where_it_is_folded(meet, assign, resource, exercise, bob, read):
    past = meet("Long ago", days=-9)
    assign(resource, meeting=past)
    assign(exercise, meeting=past, optional=True)
    assert "1 meeting so far, 1 thing still to do" in read(bob)


def test_a_lead_is_shown_how_to_begin_and_a_member_whose_turn_it_is(circle, bob, alice, read):
    assert "Make a plan" in read(alice)
    page = read(bob)
    assert "There is nothing for you to do." in page
    assert "Make a plan" not in page


def test_what_is_moved_to_a_meeting_that_is_over_can_be_seen_there(meet, assign, resource, client, alice):
    past, coming = meet("Long ago", days=-9), meet("Soon")
    item = assign(resource, meeting=coming)
    client.force_login(alice)
    closed, opened = '<details class="past" id="past">', '<details class="past" id="past" open>'
    assert closed in client.get("/groups/circle/plan/edit/").text
    url, htmx = f"/groups/circle/plan/items/{item.pk}/move/", {"HX-Request": "true"}
    assert opened in client.post(url, {"step": "up"}, headers=htmx).text
    item.refresh_from_db()
    assert item.meeting == past
    assert closed in client.post(url, {"step": "down"}, headers=htmx).text


def test_times_are_the_readers_own_and_say_so(circle, bob, dana, read):
    Group.objects.filter(pk=circle.pk).update(**BERLIN)
    at = datetime(2030, 1, 15, 17, 0, tzinfo=UTC)
    Meeting.objects.create(group=circle, title="Trees", starts_at=at)
    page = read(bob)
    assert "18:00 to 19:30" in page
    assert "Europe/Berlin, the group&#x27;s time zone" in page or "Europe/Berlin, the group's time zone" in page
    dana.time_zone = "America/New_York"
    dana.save()
    page = read(dana)
    assert "12:00 to 13:30" in page
    assert "America/New_York, your time zone" in page


def test_an_extension_is_what_its_member_reads(meet, assign, resource, bob, dana, read):
    item = assign(resource, meeting=meet("Trees", days=-1))
    assert "Was due" in read(bob)
    Extension.objects.create(assignment=item, user=bob, due_at=timezone.now() + timedelta(days=2))
    assert "extended" in read(bob)
    assert "Was due" not in read(bob)
    assert "Was due" in read(dana)


def test_the_page_takes_as_many_queries_for_many_meetings_as_for_one(
    client, meet, assign, resource, exercise, bob, django_assert_max_num_queries
):
    assign(resource, meeting=meet("Trees"))
    assign(exercise, meeting=meet("Forests"))
    for number in range(20):
        meet(f"Number {number}", days=number + 10)
    client.force_login(bob)
    with django_assert_max_num_queries(11):
        client.get("/groups/circle/plan/")


def test_a_member_has_no_button_to_change_it(meet, bob, dana, read):
    meet("Trees")
    assert "Edit the plan" not in read(bob)
    assert "Edit the plan" in read(dana)


def test_a_lead_plans_a_meeting_by_the_groups_clock(circle, alice, post):
    Group.objects.filter(pk=circle.pk).update(**BERLIN)
    alice.time_zone = "America/New_York"
    alice.save()
    post(alice, "plan/meetings/new/", title="Trees", day="2030-07-02", at="18:00", minutes=60, agenda="*Look*")
    meeting = circle.meetings.get()
    assert meeting.starts_at == datetime(2030, 7, 2, 16, 0, tzinfo=UTC)
    assert (meeting.minutes, meeting.agenda, meeting.sequence) == (60, "*Look*", 0)


def test_an_hour_that_the_clocks_leave_out_is_refused(circle, alice, post):
    Group.objects.filter(pk=circle.pk).update(**BERLIN)
    response = post(alice, "plan/meetings/new/", title="Night", day="2030-03-31", at="02:30", minutes=60)
    assert response.status_code == 422
    assert "the clocks are put forward" in response.text
    assert not circle.meetings.exists()


def test_a_changed_time_is_told_to_the_others_and_counted_for_calendars(meet, circle, alice, bob, dana, post):
    meeting = meet("Trees")
    form = {"title": "Trees", "day": "2030-07-02", "at": "18:00", "minutes": 90}
    post(alice, f"plan/meetings/{meeting.pk}/", **form)
    meeting.refresh_from_db()
    assert meeting.sequence == 1
    told = Notification.objects.filter(kind="plan")
    assert {one.user for one in told} == {bob, dana}
    assert "another time" in told[0].text
    post(alice, f"plan/meetings/{meeting.pk}/", **form | {"agenda": "More"})
    assert told.count() == 2


def test_a_deleted_meeting_comes_back_as_it_was(meet, assign, resource, circle, alice, post):
    meeting = meet("Trees", agenda="Look up.")
    item = assign(resource, meeting=meeting)
    page = post(alice, f"plan/meetings/{meeting.pk}/delete/").text
    assert "“Trees” is deleted" in page
    item.refresh_from_db()
    assert item.meeting is None
    assert "back on the plan" in post(alice, "plan/undo/").text
    item.refresh_from_db()
    again = circle.meetings.get()
    assert (item.meeting, again.pk, again.agenda) == (again, meeting.pk, "Look up.")
    assert again.sequence == meeting.sequence + 1
    told = [one.text for one in Notification.objects.filter(user__email="bob@example.org").order_by("pk")]
    assert [text.rpartition("” ")[2] for text in told] == ["was cancelled.", "takes place after all."]
    assert "can&#x27;t be undone" in post(alice, "plan/undo/").text


def test_what_was_moved_meanwhile_stays_where_it_is(meet, assign, resource, alice, post):
    trees, forests = meet("Trees"), meet("Forests", days=9)
    item = assign(resource, meeting=trees)
    post(alice, f"plan/meetings/{trees.pk}/delete/")
    Assignment.objects.filter(pk=item.pk).update(meeting=forests)
    post(alice, "plan/undo/")
    item.refresh_from_db()
    assert item.meeting == forests


def test_what_was_taken_off_comes_back_with_its_extensions(meet, assign, resource, bob, alice, post):
    item = assign(resource, meeting=meet("Trees"), note="Half of it")
    Extension.objects.create(assignment=item, user=bob, due_at=timezone.now(), reason="Ill")
    assert "is off the plan" in post(alice, f"plan/items/{item.pk}/remove/").text
    assert not Assignment.objects.exists()
    post(alice, "plan/undo/")
    assert Assignment.objects.get().note == "Half of it"
    assert Extension.objects.get().reason == "Ill"


def test_what_was_added_anew_meanwhile_can_not_come_back_twice(meet, assign, resource, alice, post):
    item = assign(resource, meeting=meet("Trees"))
    post(alice, f"plan/items/{item.pk}/remove/")
    assign(resource)
    assert "can&#x27;t be undone" in post(alice, "plan/undo/").text
    assert Assignment.objects.count() == 1


def test_one_can_undo_in_the_group_alone_where_it_was(meet, assign, resource, alice, post, client):
    item = assign(resource, meeting=meet("Trees"))
    post(alice, f"plan/items/{item.pk}/remove/")
    other = Group.objects.create(slug="other", name="Other")
    other.memberships.create(user=alice, role="lead")
    client.post("/groups/other/plan/undo/")
    assert not Assignment.objects.exists()


@pytest.fixture
def three(meet, assign, resource, exercise):
    """A tree and a quiz before the first meeting, an exercise before the second."""
    trees, forests = meet("Trees"), meet("Forests", days=14)
    quiz = Quiz.objects.create(slug="of-trees", section=resource.section, title="Of trees", summary="Ask.")
    return [
        assign(resource, meeting=trees, position=0),
        assign(quiz, meeting=trees, position=1),
        assign(exercise, meeting=forests, position=0),
    ]


def test_a_step_goes_through_the_meetings_and_back(three, circle, alice, post):
    tree = three[0]
    seen = []
    for step in ("down", "down", "down", "down", "down", "up", "up", "up", "up", "up"):
        post(alice, f"plan/items/{tree.pk}/move/", step=step)
        tree.refresh_from_db()
        seen.append((str(tree.meeting or "-"), tree.position))
    down = [("Trees", 1), ("Forests", 0), ("Forests", 1), ("-", 0), ("-", 0)]
    assert seen == [*down, ("Forests", 1), ("Forests", 0), ("Trees", 1), ("Trees", 0), ("Trees", 0)]


def test_it_can_be_put_in_front_of_another_one(three, circle, alice, post):
    tree, asked, doubling = three
    post(alice, f"plan/items/{doubling.pk}/move/", meeting=tree.meeting_id, before=asked.pk)
    assert [str(one) for one in circle.assignments.filter(meeting=tree.meeting)] == [
        "A tree",
        "Doubling numbers",
        str(asked),
    ]
    post(alice, f"plan/items/{tree.pk}/move/", meeting="")
    tree.refresh_from_db()
    assert tree.meeting is None


def test_nothing_can_be_moved_to_another_groups_meeting(three, alice, post):
    other = Group.objects.create(slug="other", name="Other")
    theirs = Meeting.objects.create(group=other, title="Theirs", starts_at=timezone.now())
    assert post(alice, f"plan/items/{three[0].pk}/move/", meeting=theirs.pk).status_code == 404
    assert post(alice, f"plan/items/{three[0].pk}/move/", meeting="nonsense").status_code == 404


def test_an_item_has_a_date_a_note_and_a_meeting_of_its_own(three, circle, alice, post):
    tree = three[0]
    forests = three[2].meeting
    form = {"meeting": forests.pk, "day": "2030-07-02", "at": "18:00", "optional": "on", "note": "Only half"}
    post(alice, f"plan/items/{tree.pk}/", **form)
    tree.refresh_from_db()
    assert (tree.meeting, tree.optional, tree.note, tree.position) == (forests, True, "Only half", 1)
    assert tree.due == datetime(2030, 7, 2, 18, 0, tzinfo=UTC)
    post(alice, f"plan/items/{tree.pk}/", meeting=forests.pk)
    tree.refresh_from_db()
    assert tree.due == forests.starts_at


def test_half_a_date_is_refused(three, alice, post):
    response = post(alice, f"plan/items/{three[0].pk}/", day="2030-07-02")
    assert response.status_code == 422
    assert "Give both" in response.text


def test_everything_on_offer_can_be_found_and_added(meet, circle, resource, exercise, alice, post, read):
    meeting = meet("Trees")
    page = read(alice, f"plan/add/?meeting={meeting.pk}")
    assert "A tree" in page
    assert "Doubling numbers" in page
    assert "Doubling numbers" not in read(alice, "plan/add/?q=roots+tree")
    assert "Nothing found" in read(alice, "plan/add/?q=cabbage")
    post(alice, f"plan/add/?meeting={meeting.pk}", item=[f"exercise-{exercise.pk}", f"resource-{resource.pk}"])
    assert {(one.meeting, str(one)) for one in circle.assignments.all()} == {
        (meeting, "A tree"),
        (meeting, "Doubling numbers"),
    }
    post(alice, "plan/add/", item=[f"resource-{resource.pk}"])
    assert circle.assignments.count() == 2
    assert "on the plan" in read(alice, "plan/add/")


def test_a_section_is_added_as_a_whole_without_what_is_planned_or_retired(circle, resource, alice, post, assign):
    section = resource.section
    others = [
        type(resource).objects.create(
            section=section,
            slug=f"r{n}",
            title=f"R{n}",
            url="https://example.org",
            kind="video",
            level="beginner",
            position=n,
            retired=n == 3,
        )
        for n in (1, 2, 3)
    ]
    assign(others[1])
    post(alice, "plan/add/", section=section.pk)
    assert sorted(str(one) for one in circle.assignments.all()) == ["A tree", "R1", "R2"]


@pytest.mark.browser
def test_things_are_moved_by_keyboard_and_by_dragging(three, circle, alice, open_page):
    from playwright.sync_api import expect

    tree, asked, doubling = three
    # Tall, so that nothing scrolls while something is dragged.
    tall = {"width": 1280, "height": 1600}
    page = open_page(reverse("groups:plan_edit", args=["circle"]), user=alice, viewport=tall)
    down = page.get_by_role("button", name="Move down: A tree")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drafts .draft").first.locator("[data-item]").last).to_contain_text("A tree")
    expect(page.locator(f"#down-{tree.pk}")).to_be_focused()
    # The focus is back a moment before htmx has taken the new form over; a key in between submits it the plain way.
    expect(page.locator("#drafts")).not_to_have_class(re.compile("htmx-"))
    page.keyboard.press("Enter")
    forests = page.locator(f"#meeting-{doubling.meeting_id}")
    expect(forests.locator("[data-item]").first).to_contain_text("A tree")
    expect(page.locator("#drafts [role=status]")).to_contain_text("A tree is now before Forests")
    # And by pointer, from the second meeting to the front of the first.
    page.locator(f"#item-{doubling.pk}").drag_to(page.locator(f"#item-{asked.pk}"), target_position={"x": 40, "y": 3})
    expect(page.locator(f"#meeting-{tree.meeting_id} [data-item]").first).to_contain_text("Doubling numbers")
    assert [str(one) for one in circle.assignments.filter(meeting=asked.meeting)] == ["Doubling numbers", str(asked)]
    # What htmx has put there can be dragged as well.
    page.locator(f"#item-{doubling.pk}").drag_to(page.locator("#no-meeting"))
    expect(page.locator("#no-meeting [data-item]")).to_contain_text("Doubling numbers")


@pytest.mark.browser
def test_a_plan_is_made_without_javascript(circle, resource, exercise, alice, open_page):
    from playwright.sync_api import expect

    page = open_page(reverse("groups:meeting_new", args=["circle"]), user=alice, java_script_enabled=False)
    page.get_by_label("Title").fill("Trees")
    page.get_by_label("Day").fill("2030-07-02")
    page.get_by_label("Time").fill("18:00")
    page.get_by_role("button", name="Plan it").click()
    page.get_by_label("A tree").check()
    page.get_by_label("Doubling numbers").check()
    page.get_by_role("button", name="Add what is ticked").last.click()
    rows = page.locator("[data-item]")
    expect(rows).to_have_count(2)
    last = rows.last.get_by_role("link").inner_text()
    page.get_by_role("button", name=f"Move up: {last}").click()
    expect(rows.first).to_contain_text(last)


@pytest.mark.browser
def test_a_list_that_is_out_of_date_shows_itself_anew(three, alice, open_page):
    from playwright.sync_api import expect

    page = open_page(reverse("groups:plan_edit", args=["circle"]), user=alice)
    expect(page.locator("[data-item]")).to_have_count(3)
    three[0].delete()
    page.get_by_role("button", name="Move down: A tree").click()
    expect(page.get_by_text("Somebody else has changed the plan")).to_be_visible()
    expect(page.locator("[data-item]")).to_have_count(2)


@pytest.mark.browser
def test_a_member_reads_the_plan_on_a_telephone_and_renews_their_calendar(
    meet, assign, resource, circle, bob, open_page
):
    from playwright.sync_api import expect

    past = meet("Long ago", days=-9)
    assign(resource, meeting=past)
    meet("Soon", agenda="Bring $x^2$.")
    page = open_page(reverse("groups:plan", args=["circle"]), user=bob, viewport={"width": 390, "height": 800})
    expect(page.get_by_role("heading", name="Soon")).to_be_visible()
    expect(page.locator(".katex").first).to_be_visible()
    expect(page.get_by_role("heading", name="Long ago")).to_be_hidden()
    page.get_by_text("1 meeting so far, 1 thing still to do").click()
    expect(page.get_by_role("link", name="Read: A tree")).to_be_visible()
    old = page.get_by_label("Address of your calendar").input_value()
    page.get_by_text("Somebody else has it?").click()
    page.get_by_role("button", name="New address").click()
    expect(page.get_by_label("Address of your calendar")).not_to_have_value(old)
    key = circle.memberships.get(user=bob).feed_key
    expect(page.get_by_label("Address of your calendar")).to_have_value(
        re.compile(f"/groups/circle/calendar/{key}.ics$")
    )
