"""More time for one member."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import AuditEntry, Notification
from apps.groups.models import Extension, Group, Meeting, Membership

FORM = {"day": "2030-07-02", "at": "18:00", "reason": "Ill for a week"}


@pytest.fixture
def item(circle, assign, resource):
    meeting = Meeting.objects.create(group=circle, title="Trees", starts_at=timezone.now() + timedelta(days=1))
    return assign(resource, meeting=meeting)


@pytest.fixture
def post(client, alice, item):
    def post_(path: str = "extend/", **data):
        client.force_login(alice)
        return client.post(f"/groups/circle/plan/items/{item.pk}/{path}", data, follow=True)

    return post_


def test_a_member_gets_more_time_is_told_and_finds_it_on_record(circle, item, bob, alice, post):
    Group.objects.filter(pk=circle.pk).update(time_zone="Europe/Berlin")
    assert "Bob has more time" in post(member=bob.pk, **FORM).text
    extension = item.extensions.get()
    assert (extension.user, extension.due_at, extension.by) == (bob, datetime(2030, 7, 2, 16, 0, tzinfo=UTC), alice)
    told = Notification.objects.get(user=bob)
    assert "2 July, 18:00 (Europe/Berlin)" in told.text
    assert "Ill for a week" in told.text
    entry = AuditEntry.objects.get(subject=bob)
    assert (entry.actor, entry.act, entry.why, entry.where) == (alice, "extension", "Ill for a week", "The circle")


def test_the_member_is_told_by_their_own_clock(item, bob, post):
    bob.time_zone = "America/New_York"
    bob.save()
    post(member=bob.pk, **FORM)
    assert "14:00 (America/New_York)" in Notification.objects.get(user=bob).text


def test_a_second_extension_takes_the_place_of_the_first(item, bob, post):
    post(member=bob.pk, **FORM)
    post(member=bob.pk, **FORM | {"day": "2030-07-09"})
    assert item.extensions.get().due_at.day == 9


def test_a_date_that_is_over_is_no_extension(item, bob, post):
    response = post(member=bob.pk, **FORM | {"day": "2020-07-02"})
    assert response.status_code == 422
    assert "over already" in response.text
    assert not item.extensions.exists()


def test_strangers_and_who_has_left_can_get_none(item, circle, bob, charlie, post):
    assert post(member=charlie.pk, **FORM).status_code == 422
    Membership.objects.filter(user=bob).update(left_at=timezone.now())
    assert post(member=bob.pk, **FORM).status_code == 422
    assert not Extension.objects.exists()


def test_it_can_be_taken_back(item, bob, post):
    post(member=bob.pk, **FORM)
    before = item.changed_at
    post(f"extensions/{bob.pk}/withdraw/")
    assert not item.extensions.exists()
    item.refresh_from_db()
    assert item.changed_at > before
    assert AuditEntry.objects.filter(subject=bob).count() == Notification.objects.filter(user=bob).count() == 2


def test_to_take_back_nothing_says_nothing(item, bob, post):
    post(f"extensions/{bob.pk}/withdraw/")
    assert not AuditEntry.objects.exists()


def test_who_has_left_is_not_listed(item, circle, bob, post, client):
    post(member=bob.pk, **FORM)
    assert "<strong>Bob</strong>" in client.get(f"/groups/circle/plan/items/{item.pk}/").text
    Membership.objects.filter(user=bob).update(left_at=timezone.now())
    assert "Bob" not in client.get(f"/groups/circle/plan/items/{item.pk}/").text
