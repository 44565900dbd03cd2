"""Who is in a group and as what: roles, removing, leaving, coming back."""

import pytest
from django.core import signing
from django.utils import timezone

from apps.accounts.models import AuditEntry, Notification
from apps.groups.models import Group, Membership, Role
from apps.groups.services import members as services
from apps.groups.services.members import CHANGED, NOT_YOURS, ONLY_LEAD, MemberRefused


@pytest.fixture
def member(circle):
    return lambda user: Membership.objects.select_related("user", "group").get(group=circle, user=user)


@pytest.fixture
def set_role(client, circle):
    """What `by` reads after giving somebody a role."""

    def set_role_(by, user, role: str) -> str:
        client.force_login(by)
        return client.post(f"/groups/circle/members/{user.pk}/role/", {"role": role}, follow=True).text

    return set_role_


@pytest.fixture
def act(client, circle):
    """Send a form that holds nothing but its button."""

    def act_(by, path: str, **data):
        client.force_login(by)
        return client.post(path, data, follow=True)

    return act_


def told(user) -> list[str]:
    return list(Notification.objects.filter(user=user).values_list("text", flat=True))


def recorded(user) -> list[str]:
    return list(AuditEntry.objects.filter(subject=user).values_list("what", flat=True))


def test_a_lead_makes_a_member_a_co_lead_who_is_told(set_role, member, alice, bob):
    assert "Bob: co-lead." in set_role(alice, bob, "colead")
    assert member(bob).role == Role.COLEAD
    assert told(bob) == ["Alice made you a co-lead of The circle."]
    assert recorded(bob) == ["Made Bob a co-lead of The circle"]


def test_a_co_lead_may_name_co_leads_and_no_leads(set_role, member, dana, bob):
    set_role(dana, bob, "colead")
    assert member(bob).role == Role.COLEAD
    assert "Only a lead may name leads" in set_role(dana, bob, "lead")
    assert "Only a lead may name leads" in set_role(dana, dana, "lead")
    assert (member(bob).role, member(dana).role) == (Role.COLEAD, Role.COLEAD)


def test_the_service_refuses_it_too(member, dana, bob):
    with pytest.raises(MemberRefused, match=NOT_YOURS):
        services.set_role(by=member(dana), member=member(bob), role=Role.LEAD)


def test_a_co_lead_changes_nothing_about_a_lead(set_role, act, member, alice, dana):
    set_role(dana, alice, "member")
    act(dana, f"/groups/circle/members/{alice.pk}/remove/")
    assert (member(alice).role, member(alice).left_at) == (Role.LEAD, None)
    assert recorded(alice) == []


def test_the_only_lead_stays_until_there_is_another(set_role, act, member, alice, dana):
    assert ONLY_LEAD in set_role(alice, alice, "member")
    assert ONLY_LEAD in act(alice, "/groups/circle/leave/").text
    assert (member(alice).role, member(alice).left_at) == (Role.LEAD, None)
    set_role(alice, dana, "lead")
    set_role(alice, alice, "member")
    assert (member(alice).role, member(dana).role) == (Role.MEMBER, Role.LEAD)


def test_what_one_changes_about_oneself_is_on_record_and_tells_nobody(set_role, alice, dana):
    set_role(alice, dana, "lead")
    set_role(alice, alice, "colead")
    assert recorded(alice) == ["Made themselves a co-lead of The circle"]
    assert told(alice) == []


def test_of_two_leads_who_step_down_at_once_one_stays(set_role, member, alice, dana):
    set_role(alice, dana, "lead")
    first, second = member(alice), member(dana)  # both read the list before either acts
    services.set_role(by=first, member=first, role=Role.MEMBER)
    with pytest.raises(MemberRefused, match=ONLY_LEAD):
        services.set_role(by=second, member=second, role=Role.MEMBER)


def test_who_is_no_lead_any_more_acts_no_more_from_an_old_page(set_role, member, alice, dana, bob):
    before = member(dana)
    set_role(alice, dana, "member")
    with pytest.raises(MemberRefused, match=CHANGED):
        services.remove(by=before, member=member(bob))


def test_a_role_that_there_is_not(set_role, member, alice, bob):
    set_role(alice, bob, "emperor")
    assert member(bob).role == Role.MEMBER


def test_who_is_removed_is_told_and_finds_nothing_any_more(act, client, member, alice, bob):
    assert "Bob was removed." in act(alice, f"/groups/circle/members/{bob.pk}/remove/").text
    assert told(bob) == ["Alice removed you from The circle."]
    assert recorded(bob) == ["Removed Bob from The circle"]
    client.force_login(bob)
    assert client.get("/groups/circle/").status_code == 404
    client.force_login(alice)
    assert "Bob" not in client.get("/groups/circle/members/").text


def undo_token(response) -> str:
    return response.context["undo"]


def test_a_removal_is_undone(act, member, alice, dana, bob):
    Membership.objects.filter(user=dana).update(shares_all=True)
    response = act(alice, f"/groups/circle/members/{dana.pk}/remove/")
    assert "Dana is back." in act(alice, "/groups/undo/", token=undo_token(response)).text
    back = member(dana)
    assert (back.left_at, back.role, back.shares_all) == (None, Role.COLEAD, True)
    assert told(dana)[0] == "Alice took you back into The circle."


def test_leaving_is_undone_and_leads_know_who_left(act, member, alice, bob):
    response = act(bob, "/groups/circle/leave/")
    assert "You left The circle." in response.text
    assert told(alice) == ["Bob left The circle."]
    assert "You are back." in act(bob, "/groups/undo/", token=undo_token(response)).text
    assert member(bob).left_at is None


def test_an_undo_is_for_whoever_did_it(act, member, alice, dana, bob, charlie):
    token = undo_token(act(alice, f"/groups/circle/members/{bob.pk}/remove/"))
    for other in (bob, dana, charlie):
        assert "too late" in act(other, "/groups/undo/", token=token).text
    assert member(bob).left_at is not None


def test_an_undo_is_good_once_and_not_for_the_next_time(act, member, alice, bob):
    token = undo_token(act(alice, f"/groups/circle/members/{bob.pk}/remove/"))
    act(alice, "/groups/undo/", token=token)
    act(bob, "/groups/circle/leave/")
    assert "too late" in act(alice, "/groups/undo/", token=token).text
    assert member(bob).left_at is not None


def test_after_ten_minutes_it_is_too_late(act, member, alice, bob, monkeypatch):
    token = undo_token(act(alice, f"/groups/circle/members/{bob.pk}/remove/"))
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 601)
    assert "too late" in act(alice, "/groups/undo/", token=token).text
    assert "was removed" not in act(alice, "/groups/circle/preferences/").text
    assert member(bob).left_at is not None


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c"])
def test_a_token_that_we_did_not_sign(act, alice, token):
    assert "too late" in act(alice, "/groups/undo/", token=token).text


def test_a_lead_who_leads_no_more_can_not_undo(act, set_role, member, alice, dana, bob):
    token = undo_token(act(dana, f"/groups/circle/members/{bob.pk}/remove/"))
    set_role(alice, dana, "member")
    assert "too late" in act(dana, "/groups/undo/", token=token).text
    assert member(bob).left_at is not None


def test_one_can_leave_an_archived_group(act, member, circle, bob):
    Group.objects.filter(pk=circle.pk).update(archived_at=timezone.now())
    act(bob, "/groups/circle/leave/")
    assert member(bob).left_at is not None


def test_a_member_sees_names_and_roles_and_nothing_to_change(client, circle, bob, dana):
    Membership.objects.filter(user=dana).update(shares_all=True)
    client.force_login(bob)
    text = client.get("/groups/circle/members/").text
    assert "Alice" in text
    assert "Co-lead" in text
    for hidden in ("shares all", "Remove", "dana@example.org", "Invite people"):
        assert hidden not in text


def test_leads_see_who_shares_what(client, circle, bob, alice):
    Membership.objects.filter(user=bob).update(shares_all=True)
    client.force_login(alice)
    text = client.get("/groups/circle/members/").text
    assert "shares all of their learning" in text
    assert f'href="/groups/circle/members/{bob.pk}/"' in text
