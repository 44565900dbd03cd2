"""axe-core looks at every page of groups, in light and in dark, wide and on a telephone."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from apps.groups.models import Group, Membership, Pin, Role
from apps.groups.services.invitations import make_link
from tests.site.test_accessibility import violations  # noqa: F401 - a fixture

from .test_roles import ADDRESSES, PAGES, arguments  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages(arguments, circle, alice, bob, resource):  # noqa: F811
    """The addresses that show `user` a page, found by asking for each; the circle has a bit of everything."""
    Pin.objects.get_or_create(group=circle, user=bob, resource=resource, defaults={"by": alice, "note": "Roots."})
    make_link(by=Membership.objects.select_related("group", "user").get(user=alice), days=7, limit=3)
    old = Group.objects.create(slug="old", name="Old circle", archived_at=timezone.now())
    for user in (alice, bob):
        Membership.objects.create(group=old, user=user, role=Role.LEAD)

    def pages_(user) -> list[str]:
        client = Client()
        client.force_login(user)
        asked = [one.filled(arguments) for one in ADDRESSES if one.name in PAGES and "ok" in PAGES[one.name][0]]
        answers = [(url, client.get(url)) for url in [*asked, "/groups/old/", "/groups/old/settings/"]]
        # Neither downloads nor what htmx puts into a page.
        found = [url for url, got in answers if got.status_code == 200 and b"<html" in got.content]
        assert "/groups/circle/" in found
        return found

    return pages_


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_pages_of_a_lead(pages, violations, alice, theme, width):  # noqa: F811
    assert violations(pages(alice), theme=theme, user=alice, width=width) == []


def test_the_pages_of_a_member(pages, violations, bob):  # noqa: F811
    assert violations(pages(bob), theme="light", user=bob, width=390) == []


def test_an_invitation_for_a_visitor_and_one_that_is_dead(pages, arguments, violations, charlie):  # noqa: F811
    links = [f"/groups/join/{arguments['token']}/", "/groups/join/nonsense/"]
    assert violations(links, theme="light") == []
    assert violations([*links, "/groups/"], theme="dark", user=charlie, width=390) == []


def test_what_is_wrong_with_a_form(pages, violations, alice):  # noqa: F811
    def send(page):
        page.get_by_label("E-mail addresses").fill("nonsense")
        page.get_by_role("button", name="Send").click()
        page.get_by_text("is no e-mail address").wait_for()

    assert violations(["/groups/circle/invitations/"], theme="light", user=alice, act=send) == []


def test_what_can_be_undone(pages, violations, alice):  # noqa: F811
    def remove(page):
        page.get_by_text("Change Bob").click()
        page.get_by_role("button", name="Remove Bob").click()
        page.get_by_role("button", name="Undo").wait_for()

    assert violations(["/groups/circle/members/"], theme="dark", user=alice, act=remove) == []
