"""Groups in the admin."""

import pytest

from apps.groups.models import Group, Invitation, Meeting, Membership, Role
from apps.groups.services.invitations import make_link


@pytest.fixture
def invitation(circle, alice) -> Invitation:
    return make_link(by=Membership.objects.get(user=alice), days=7, limit=None)


@pytest.mark.parametrize("model", ["group", "invitation", "meeting", "assignment"])
def test_an_administrator_looks_at_groups(client, circle, ada, assign, resource, invitation, model):
    assign(resource, meeting=Meeting.objects.create(group=circle, title="Roots", starts_at=circle.created_at))
    client.force_login(ada)
    assert client.get(f"/admin/groups/{model}/").status_code == 200


def test_no_secret_is_shown(client, circle, ada, invitation):
    client.force_login(ada)
    pages = [f"/admin/groups/group/{circle.pk}/change/", f"/admin/groups/invitation/{invitation.pk}/change/"]
    text = "".join(client.get(page).text for page in pages)
    assert "Alice" in text
    assert invitation.token not in text
    for key in Membership.objects.values_list("feed_key", flat=True):
        assert key not in text


def test_an_administrator_names_a_lead_where_none_is_left(client, circle, alice, bob, ada):
    alice.delete()
    member = Membership.objects.get(user=bob)
    client.force_login(ada)
    rows = list(circle.memberships.all())
    form = {"name": circle.name, "summary": "", "time_zone": "UTC"}
    form |= {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": len(rows)}
    for number, one in enumerate(rows):
        role = Role.LEAD if one == member else one.role
        form |= {f"memberships-{number}-id": one.pk, f"memberships-{number}-group": circle.pk}
        form |= {f"memberships-{number}-user": one.user_id, f"memberships-{number}-role": role}
    assert client.post(f"/admin/groups/group/{circle.pk}/change/", form).status_code == 302
    member.refresh_from_db()
    assert member.role == Role.LEAD
    assert Group.objects.count() == 1
