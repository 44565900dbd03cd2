"""Proposing a resource: duplicates, an answer, and the end that it finds by itself."""

import pytest
import yaml
from django.urls import reverse

from apps.accounts.models import Notification
from apps.catalog import proposals
from apps.catalog.addresses import address_key
from apps.catalog.curriculum import ResourceEntry
from apps.catalog.models import Concept, Proposal, Track

URL = "https://example.org/new-lesson"


@pytest.fixture
def values(catalog):
    return {
        "url": URL,
        "title": "A new lesson: trees",
        "author": "Grace",
        "why": "It *draws* every split.\r\nFor whoever likes pictures.",
        "kind": "video",
        "level": "beginner",
        "minutes": "12",
        "track": Track.objects.get(slug="regression").pk,
        "concepts": [Concept.objects.get(slug="decision-tree").pk],
    }


@pytest.fixture
def proposed(client, bob, alice, values) -> Proposal:
    client.force_login(bob)
    client.post(reverse("propose"), values)
    return Proposal.objects.get()


def told(user) -> list[str]:
    return [one.text for one in Notification.objects.filter(user=user, kind="proposal").order_by("pk")]


def decide(client, proposal, **answer):
    return client.post(reverse("decide-proposal", args=[proposal.pk]), answer, follow=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.example.org/a/", "http://example.org/a"),
        ("https://example.org/a?b=1&utm_source=x", "https://EXAMPLE.org/a?b=1#part"),
        ("https://example.org/a?x=1&y=2", "https://example.org:443/a?y=2&x=1"),
        ("https://example.org/index.html", "https://example.org"),
        ("https://youtu.be/7eh4d6sabA0?si=abc", "https://www.youtube.com/watch?v=7eh4d6sabA0&t=10"),
        ("https://www.youtube.com/embed/7eh4d6sabA0", "https://m.youtube.com/watch?v=7eh4d6sabA0"),
        ("https://arxiv.org/abs/2006.11239", "https://arxiv.org/pdf/2006.11239v2.pdf"),
    ],
)
def test_two_ways_to_write_one_address_are_one(one, other):
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/b"),
        ("https://example.org/a?page=1", "https://example.org/a?page=2"),
        ("https://a.example.org/", "https://b.example.org/"),
        ("https://www.youtube.com/watch?v=7eh4d6sabA0", "https://www.youtube.com/watch?v=7eh4d6sabA0&list=PL1"),
        ("https://example.org:8443/a", "https://example.org/a"),
    ],
)
def test_what_differs_stays_apart(one, other):
    assert address_key(one) != address_key(other)


def test_who_proposes_waits_and_staff_are_told(client, alice, bob, proposed):
    page = client.get(proposed.get_absolute_url()).content.decode()
    assert "Waits for an answer" in page
    assert "<em>draws</em>" in page
    assert "Accept" not in page
    assert told(alice) == ["Bob proposes “A new lesson: trees” for Regression."]
    assert told(bob) == []


def test_what_is_there_already_is_named(client, bob, values):
    client.force_login(bob)
    for url in ("https://youtu.be/7eh4d6sabA0", "https://example.org/tree/?utm_source=mail"):
        response = client.post(reverse("propose"), values | {"url": url})
        assert response.status_code == 400
        assert "It is there already" in response.content.decode()
    assert 'href="/tracks/regression/resources/tree-article/"' in response.content.decode()
    assert not Proposal.objects.exists()


def test_what_waits_already_is_not_proposed_twice_but_again_after_a_no(client, charlie, alice, proposed, values):
    client.force_login(charlie)
    assert "proposed already" in client.post(reverse("propose"), values).content.decode()
    proposals.decide(proposal=proposed, accept=False, reason="No.", by=alice)
    client.post(reverse("propose"), values)
    assert Proposal.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [{"url": "http://example.org/x"}, {"url": "javascript:alert(1)"}, {"why": ""}, {"minutes": "0"}, {"kind": "song"}],
)
def test_what_the_files_would_refuse_is_refused(client, bob, values, wrong):
    client.force_login(bob)
    assert client.post(reverse("propose"), values | wrong).status_code == 400
    assert not Proposal.objects.exists()


def test_accepting_gives_what_the_file_needs(client, alice, bob, proposed):
    client.force_login(alice)
    page = decide(client, proposed, answer="accept", reason="Lovely.")
    text = page.context["entry"]
    assert text.startswith("      - slug: a-new-lesson-trees\n")
    (entry,) = yaml.safe_load(text)
    assert ResourceEntry.model_validate(entry).concepts == ("decision-tree",)
    assert "Paste this below" in page.content.decode()
    assert told(bob) == ["Your proposal “A new lesson: trees” is accepted and waits to be added to its track."]
    client.force_login(bob)
    page = client.get(proposed.get_absolute_url()).content.decode()
    assert "Lovely." in page
    assert "Paste this below" not in page


def test_a_no_takes_a_reason(client, alice, bob, proposed):
    client.force_login(alice)
    assert "Say why" in decide(client, proposed, answer="decline", reason=" ").content.decode()
    proposed.refresh_from_db()
    assert proposed.state == "proposed"
    decide(client, proposed, answer="decline", reason="We have three of these.")
    proposed.refresh_from_db()
    assert (proposed.state, proposed.decided_by) == ("declined", alice)
    assert Notification.objects.get(user=bob).body == "We have three of these."


def test_the_first_answer_counts(client, alice, proposed):
    proposals.decide(proposal=proposed, accept=True, reason="", by=alice)
    client.force_login(alice)
    assert "before you" in decide(client, proposed, answer="decline", reason="No.").content.decode()
    proposed.refresh_from_db()
    assert proposed.state == "accepted"


def test_only_staff_answer_and_strangers_see_nothing(client, bob, charlie, proposed):
    assert decide(client, proposed, answer="accept").status_code == 403
    client.force_login(charlie)
    assert client.get(proposed.get_absolute_url()).status_code == 404
    assert decide(client, proposed, answer="accept").status_code == 404
    proposed.refresh_from_db()
    assert proposed.state == "proposed"


def test_once_the_curriculum_has_it_the_proposal_is_done(catalog, reload, alice, bob, proposed):
    proposals.decide(proposal=proposed, accept=True, reason="", by=alice)
    reload(catalog)
    proposed.refresh_from_db()
    assert proposed.state == "accepted"
    file = catalog / "regression" / "track.yaml"
    file.write_text(file.read_text(encoding="utf-8") + proposals.entry(proposed), encoding="utf-8")
    reload(catalog)
    reload(catalog)
    proposed.refresh_from_db()
    assert proposed.state == "added"
    assert told(bob)[1:] == ["“A new lesson: trees”, which you proposed, is in Regression now. Thank you."]


def test_staff_see_what_waits_and_learners_only_their_own(client, alice, bob, charlie, proposed):
    for user, shown in ((alice, True), (bob, True), (charlie, False)):
        client.force_login(user)
        assert ("A new lesson" in client.get(reverse("proposals")).content.decode()) is shown


def test_the_list_costs_the_same_however_long_it_is(client, alice, bob, proposed, django_assert_max_num_queries):
    for number in range(6):
        Proposal.objects.create(by=bob, key=str(number), url=URL, title="x", why="x", kind="book", track=proposed.track)
    client.force_login(alice)
    with django_assert_max_num_queries(7):
        client.get(reverse("proposals"))
