"""Who may open and who may change what, at every address of groups. An address without a line here fails.

For a new address: put its name into PAGES, with what each role gets by GET and by POST. What stands in it besides
`slug` and `user_id` (Bob's) goes into `arguments`, under its name there or as `page.name`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.db import transaction
from django.urls import URLResolver, reverse
from django.utils import timezone

from apps.groups import urls
from apps.groups.access import ARCHIVED
from apps.groups.models import Group, GroupRegrade, Invitation, Meeting, Membership, Pin, Role
from apps.groups.reminders import token_of
from apps.groups.services.groups import RESERVED
from apps.submissions.models import CheckResult, Regrade, Run
from apps.submissions.services import submit
from tests.submissions.conftest import notebook_bytes


class Expected(NamedTuple):
    """What each role gets: "ok" (a page, a form, what it sends on to), "login", or a status."""

    anonymous: object
    outside: object  # a stranger, staff of the site who are not in the group, whoever has left it
    member: object
    colead: object
    lead: object


NOTHING = Expected("login", 405, 405, 405, 405)
EVERYBODY = Expected("ok", "ok", "ok", "ok", "ok")
SIGNED_IN = Expected("login", "ok", "ok", "ok", "ok")
MEMBERS = Expected("login", 404, "ok", "ok", "ok")
LEADS = Expected("login", 404, 403, "ok", "ok")
LEADS_ALONE = Expected("login", 404, 403, 403, "ok")

PAGES: dict[str, tuple[Expected, Expected]] = {
    # name: (by GET, by POST)
    "list": (SIGNED_IN, NOTHING),
    "new": (SIGNED_IN, SIGNED_IN),
    "undo": (NOTHING, SIGNED_IN),
    "join": (EVERYBODY, SIGNED_IN),
    "group": (MEMBERS, NOTHING),
    "preferences": (NOTHING, MEMBERS),
    "settings": (LEADS, LEADS),
    "archive": (NOTHING, LEADS_ALONE),
    "restore": (NOTHING, LEADS_ALONE),
    "leave": (NOTHING, MEMBERS),
    "members": (MEMBERS, NOTHING),
    "role": (NOTHING, LEADS),
    "remove": (NOTHING, LEADS),
    "invitations": (LEADS, LEADS),
    "send_invitations": (NOTHING, LEADS),
    "revoke": (NOTHING, LEADS),
    "reopen": (NOTHING, LEADS),
    "similar": (LEADS, NOTHING),
    "side-by-side": (LEADS, NOTHING),
    "regrades": (LEADS, LEADS),
    "regrade": (LEADS, NOTHING),
    "regrade-progress": (LEADS, NOTHING),
    "regrade-apply": (NOTHING, LEADS),
    "regrade-discard": (NOTHING, LEADS),
    "work": (LEADS, NOTHING),
    "work_comment": (NOTHING, LEADS),
    "work_score": (NOTHING, LEADS),
    "work_score_withdraw": (NOTHING, LEADS),
    "work_score_keep": (NOTHING, LEADS),
    "work_attempts": (NOTHING, LEADS),
    "pin": (NOTHING, LEADS),
    "unpin": (NOTHING, LEADS),
    "message": (LEADS, LEADS),
    "plan": (MEMBERS, NOTHING),
    "plan_edit": (LEADS, NOTHING),
    "plan_add": (LEADS, LEADS),
    "plan_undo": (NOTHING, LEADS),
    "plan_templates": (LEADS, NOTHING),
    "plan_template": (LEADS, LEADS),
    "meeting_new": (LEADS, LEADS),
    "meeting": (LEADS, LEADS),
    "meeting_delete": (NOTHING, LEADS),
    "assignment": (LEADS, LEADS),
    "assignment_move": (NOTHING, LEADS),
    "assignment_remove": (NOTHING, LEADS),
    "extend": (NOTHING, LEADS),
    "extension_withdraw": (NOTHING, LEADS),
    "calendar": (EVERYBODY, Expected(405, 405, 405, 405, 405)),  # whoever has its secret address
    "calendar_renew": (NOTHING, MEMBERS),
    "unsubscribe": (EVERYBODY, EVERYBODY),  # whoever has its signed address
    "dashboard": (LEADS, NOTHING),
    "dashboard_concepts": (LEADS, NOTHING),
    "export": (LEADS, NOTHING),
    "member": (LEADS, NOTHING),
    "item": (LEADS, NOTHING),
    "check": (LEADS, NOTHING),
}
# What may be changed in an archived group too.
CHANGES_ARCHIVED = {"preferences", "restore", "leave", "calendar_renew"}


@pytest.fixture
def arguments(circle, alice, bob, assign, resource, exercise) -> dict[str, object]:
    """What stands in the addresses: something that there is."""
    invitation = Invitation.objects.create(group=circle, expires_at=timezone.now() + timedelta(days=1))
    meeting = Meeting.objects.create(group=circle, title="Trees", starts_at=timezone.now() + timedelta(days=1))
    item = assign(resource, meeting=meeting)
    items = ("assignment", "assignment_move", "assignment_remove", "extend", "extension_withdraw")
    exercise_item = assign(exercise)
    regrade = Regrade.objects.create(exercise=exercise, version=exercise.current_version, reason="A wrong test.")
    GroupRegrade.objects.create(group=circle, regrade=regrade)
    one, other = (
        submit(user=user, exercise=exercise, filename="n.ipynb", data=notebook_bytes()) for user in (bob, alice)
    )
    regrades = ("regrade", "regrade-progress", "regrade-apply", "regrade-discard")
    handed_in = submit(user=bob, exercise=exercise, filename="mine.ipynb", data=notebook_bytes())
    earlier = timezone.now() - timedelta(days=1)
    graded = Run.objects.create(submission=handed_in, state="done", seed=1, score=0, max_score=4, queued_at=earlier)
    found = {"check_id": "double", "title": "Double", "position": 0, "points": 0, "max_points": 4, "passed": False}
    CheckResult.objects.create(run=graded, **found)
    acts = ("", "_comment", "_score", "_score_withdraw", "_score_keep", "_attempts")
    return {
        **{f"work{act}.pk": handed_in.pk for act in acts},
        "unpin.pk": Pin.objects.create(group=circle, user=bob, resource=resource).pk,
        "slug": circle.slug,
        "user_id": bob.pk,
        **{f"{name}.pk": regrade.pk for name in regrades},
        **{f"{name}.exercise": exercise.slug for name in ("similar", "side-by-side")},
        "side-by-side.one": one.pk,
        "side-by-side.other": other.pk,
        "revoke.pk": invitation.pk,
        "token": invitation.token,
        "meeting.pk": meeting.pk,
        "meeting_delete.pk": meeting.pk,
        **{f"{name}.pk": item.pk for name in items},
        "plan_template.name": "the-course",
        "calendar.key": circle.memberships.get(user=bob).feed_key,
        "unsubscribe.token": token_of(bob),
        "export.table": "heat-map",
        "export.form": "csv",
        "item.pk": item.pk,
        "check.pk": exercise_item.pk,
        "check.check": "double",
    }


class Address(NamedTuple):
    """One address of the app, also of the files that it includes."""

    name: str
    route: str
    places: frozenset[str]

    def filled(self, arguments: dict[str, object]) -> str:
        """With something that there is in each place."""
        found = {place: arguments.get(f"{self.name}.{place}", arguments.get(place)) for place in self.places}
        missing = [place for place, value in found.items() if value is None]
        assert not missing, f"What stands for {missing} in groups:{self.name}? Add it to the fixture arguments."
        return reverse(f"groups:{self.name}", kwargs=found)


def addresses(patterns=urls.urlpatterns, route: str = "", places: frozenset[str] = frozenset()) -> Iterator[Address]:
    for pattern in patterns:
        below = (route + str(pattern.pattern), places | set(pattern.pattern.converters))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, *below)
        else:
            yield Address(str(pattern.name), *below)


ADDRESSES = sorted(addresses())


@pytest.fixture
def cast(circle, alice, dana, bob, charlie, ada, django_user_model) -> dict[str, tuple[str, object]]:
    """Somebody for each role, and the column they belong to. Erin led the circle before she left."""
    erin = django_user_model.objects.create_user("erin@example.org", "erin-secret", name="Erin")
    Membership.objects.create(group=circle, user=erin, role=Role.LEAD, left_at=timezone.now())
    return {
        "anonymous": ("anonymous", None),
        "a stranger": ("outside", charlie),
        "staff": ("outside", ada),
        "a former lead": ("outside", erin),
        "a member": ("member", bob),
        "a co-lead": ("colead", dana),
        "a lead": ("lead", alice),
    }


def outcome(response) -> object:
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "login"
    return "ok" if response.status_code in {200, 204, 286, 302, 400, 422} else response.status_code


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_each_role_gets_what_it_should(address, method, cast, arguments, client):
    assert address.name in PAGES, (
        f"groups:{address.name} ({address.route}) has no expectation: add it to PAGES in tests/groups/test_roles.py, "
        "with what a stranger (404), a member (403 where it is for leads) and a lead get."
    )
    expected = PAGES[address.name][method == "post"]
    url = address.filled(arguments)
    found = {}
    for who, (_, user) in cast.items():
        # Whatever one of them changes is as it was for the next.
        with transaction.atomic():
            client.logout()
            if user:
                client.force_login(user)
            found[who] = outcome(getattr(client, method)(url))
            transaction.set_rollback(True)
    assert found == {who: getattr(expected, column) for who, (column, _) in cast.items()}


def changes_an_open_group(address: Address) -> bool:
    changes = address.name in PAGES and PAGES[address.name][1].lead == "ok"
    return changes and "slug" in address.places and address.name not in CHANGES_ARCHIVED


@pytest.mark.parametrize("address", list(filter(changes_an_open_group, ADDRESSES)), ids=lambda address: address.name)
def test_nothing_of_an_archived_group_changes(address, arguments, circle, alice, client):
    Group.objects.filter(pk=circle.pk).update(archived_at=timezone.now())
    client.force_login(alice)
    response = client.post(address.filled(arguments))
    assert response.status_code == 403, f"groups:{address.name} changes an archived group: call access.check_open."
    assert ARCHIVED in response.text


def test_every_expectation_has_its_address():
    assert set(PAGES) - {address.name for address in ADDRESSES} == set()


def test_no_group_can_take_an_address_that_means_something_else():
    fixed = {first for address in ADDRESSES if (first := address.route.partition("/")[0]) and "<" not in first}
    assert fixed <= RESERVED
