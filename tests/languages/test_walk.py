"""Every page of the site in French, as each kind of reader: nothing of it is left in English but what people wrote."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction

from apps.groups.plan_templates import load_plans
from apps.webhooks import services as webhooks
from tests.groups.test_roles import ADDRESSES as OF_GROUPS
from tests.groups.test_roles import arguments  # noqa: F401 - a fixture
from tests.languages.leftovers import leftovers
from tests.security.addresses import addresses, of_pages
from tests.security.conftest import (  # noqa: F401 - fixtures
    ada,
    alice,
    assign,
    circle,
    committed,
    dana,
    desk,
    exercise,
    office,
    package,
    resource,
    sam,
    world,
)

# What authors and people write, by model.
CONTENT = {
    "accounts.User": ("name", "email"),
    "catalog.Track": ("title", "summary"),
    "catalog.Section": ("title",),
    "catalog.Resource": ("title", "author", "why"),
    "catalog.Concept": ("title", "summary"),
    "catalog.Proposal": ("title", "why"),
    "exercises.Exercise": ("title", "summary"),
    "quizzes.Quiz": ("title", "summary"),
    "submissions.CheckResult": ("title",),
    "submissions.Regrade": ("reason",),
    "accounts.Notification": ("text",),
    "lti_tool.LtiRegistration": ("name",),
    "groups.Group": ("name", "summary"),
    "groups.Meeting": ("title",),
}
# What the fixtures call things in other places; of a plan its templates, and what learning platforms call their fields.
WRITTEN = ("Key", "laptop", "Yours beside the reference", "Issuer", "Client ID", "Audience", "Standard Webhooks")
# Programs read these.
NO_PAGES = {"metrics", "lti:configuration", "lti:jwks", "submissions:notebook"}


def content() -> list[str]:
    found = [*WRITTEN]
    for plan in load_plans(settings.CURRICULUM_DIR):
        found += [plan.title, plan.summary, *(text for one in plan.meetings for text in (one.title, one.agenda))]
        found += [item.note for one in plan.meetings for item in one.items]
    for name, fields in CONTENT.items():
        for values in apps.get_model(name).objects.values_list(*fields):
            found += [str(value) for value in values]
    return found


@pytest.fixture
def walk(client):
    """What is left on the pages that somebody may open, by address."""

    def read(url: str, user, language: str) -> str:
        # Whatever a page writes is as it was for the next.
        with transaction.atomic():
            client.logout()
            if user:
                client.force_login(user)
            response = client.get(url, headers={"accept-language": language})
            transaction.set_rollback(True)
        is_page = response.status_code == 200 and "text/html" in response["Content-Type"]
        return response.text if is_page else ""

    def walk_(places: dict[str, str], user) -> tuple[dict[str, list[str]], int]:
        written, found, count = content(), {}, 0
        for name, url in places.items():
            if french := read(url, user, "fr"):
                count += 1
                if left := leftovers(french, read(url, user, "en"), content=written):
                    found[name] = left
        return found, count

    return walk_


@pytest.mark.parametrize(("reader", "least"), [("nobody", 20), ("bob", 50), ("ada", 50)])
def test_of_the_site(walk, world, request, reader, least):  # noqa: F811
    places = {one.name: one.filled(world) for one in of_pages() if one.name not in NO_PAGES}
    found, count = walk(places, None if reader == "nobody" else request.getfixturevalue(reader))
    assert found == {}, "\n".join(f"{name}: {left}" for name, left in found.items())
    assert count >= least


@pytest.mark.parametrize(("reader", "least"), [("bob", 5), ("alice", 20)])
def test_of_groups(walk, arguments, request, reader, least):  # noqa: F811
    places = {one.name: one.filled(arguments) for one in OF_GROUPS}
    found, count = walk(places, request.getfixturevalue(reader))
    assert found == {}, "\n".join(f"{name}: {left}" for name, left in found.items())
    assert count >= least


def test_of_webhooks(walk, circle, alice, monkeypatch):  # noqa: F811
    monkeypatch.setattr("studyhub.bell.send", lambda *_, **__: True)
    events = ["submission.graded", "platform.fault"]
    endpoint = webhooks.add(by=alice, group=circle, url="https://example.org/hook", events=events)
    delivery = webhooks.ping(endpoint=endpoint)
    there = {"slug": circle.slug, "pk": endpoint.pk, "delivery": delivery.pk}
    places = {one.name: one.filled(there) for one in addresses() if one.name.startswith("webhooks:")}
    found, count = walk(places, alice)
    assert found == {}
    assert count >= 4


@pytest.mark.parametrize(
    ("french", "english", "left"),
    [
        ("<h1>Groupes</h1><p>Save</p>", "<h1>Groups</h1><p>Save</p>", ["Save"]),
        (
            "<p>Rendu, due tomorrow and late</p>",
            "<p>Handed in, due tomorrow and late</p>",
            ["Rendu, due tomorrow and late"],
        ),
        ('<img alt="A curve">', '<img alt="A curve">', ["A curve"]),
        ("<p>The circle</p>", "<p>The circle</p>", []),
        ("<title>Invitations · The circle</title>", "<title>Invitations · The circle</title>", []),
        ('<p lang="en">Save</p><code>save</code>', '<p lang="en">Save</p><code>save</code>', []),
    ],
)
def test_what_counts_as_left(french, english, left):
    assert leftovers(french, english, content=["The circle"]) == left
