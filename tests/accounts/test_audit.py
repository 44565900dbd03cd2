"""What others did with one's work, for one's own eyes."""

import pytest

from apps.accounts import audit

PAGE = "/profile/audit/"


@pytest.fixture
def bobs(client, bob):
    client.force_login(bob)
    return client


def test_nothing_so_far(bobs):
    assert "Nobody has changed anything of yours." in bobs.get(PAGE).text


def test_who_did_what_when_and_why(bobs, alice, bob):
    audit.record(
        actor=alice, subject=bob, act="override", what="gave 8 of 10 points to hand-in 2", why="Right by another way.",
        where="The circle", url="/submissions/",
    )  # fmt: skip
    text = bobs.get(PAGE).text
    for part in ("Alice", "Gave 8 of 10 points to hand-in 2", "Why: Right by another way.", "The circle"):
        assert part in text


def test_nobody_reads_what_concerns_somebody_else(bobs, alice, charlie):
    audit.record(actor=alice, subject=charlie, act="comment", what="Commented on Charlie's work")
    audit.record(actor=alice, subject=None, act="archive", what="Archived a group")
    assert "Charlie" not in bobs.get(PAGE).text
    assert "Archived" not in bobs.get(PAGE).text


def test_a_stranger_signs_in_first(client, db):
    assert client.get(PAGE).status_code == 302


def test_its_queries_do_not_grow(bobs, alice, bob, django_assert_max_num_queries):
    for n in range(40):
        audit.record(actor=alice, subject=bob, act="comment", what=f"Act {n}")
    with django_assert_max_num_queries(5):
        assert bobs.get(PAGE).text.count("Act ") == 30
