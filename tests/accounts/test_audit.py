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


def test_an_administrator_reads_the_record_and_changes_nothing(client, bob, django_user_model):
    ada = django_user_model.objects.create_superuser("ada@example.org", "ada-secret", name="Ada")
    entry = audit.record(actor=ada, subject=bob, act="comment", what="Commented on hand-in 1")
    client.force_login(ada)
    assert "Commented on hand-in 1" in client.get("/admin/accounts/auditentry/").text
    assert client.get("/admin/accounts/auditentry/add/").status_code == 403
    assert client.post(f"/admin/accounts/auditentry/{entry.pk}/change/", {"what": "Nothing"}).status_code == 403
    assert client.post(f"/admin/accounts/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_account_that_is_deleted_takes_its_rows_along(client, bob, django_user_model):
    ada = django_user_model.objects.create_superuser("ada@example.org", "ada-secret", name="Ada")
    audit.record(actor=ada, subject=bob, act="comment", what="Commented on hand-in 1")
    client.force_login(ada)
    client.post(f"/admin/accounts/user/{bob.pk}/delete/", {"post": "yes"})
    assert not django_user_model.objects.filter(pk=bob.pk).exists()
