"""Tokens for programs: shown once, kept as hashes, ended by their owner or by time."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import AccessToken
from apps.accounts.tokens import MOST, TokenRefused, find_token, make_token, note_use

PAGE = "/profile/tokens/"
FORM = {"name": "My laptop", "scopes": ["read", "submit"], "days": "30"}


@pytest.fixture
def bobs(client, bob):
    client.force_login(bob)
    return client


def made_on(page: str) -> str:
    return page.partition('id="token" value="')[2].partition('"')[0]


def test_a_new_one_is_shown_once(bobs, bob):
    response = bobs.post(PAGE, FORM)
    text = made_on(response.text)
    assert find_token(text).user == bob
    assert "no-store" in response["Cache-Control"]
    assert text not in bobs.get(PAGE).text


def test_of_its_text_only_the_hash_is_kept(bob):
    token, text = make_token(user=bob, name="A", scopes=["read"], days=7)
    row = AccessToken.objects.filter(pk=token.pk).values().get()
    assert row["digest"] == hashlib.sha256(text.encode()).hexdigest()
    assert not any(text in str(value) for value in row.values())
    assert len(text) > 43 > len(row["prefix"])


def test_the_page_tells_tokens_apart(bobs, bob):
    token, text = make_token(user=bob, name="Colab", scopes=["read"], days=7)
    page = bobs.get(PAGE).text
    assert "Colab" in page
    assert text[:12] in page
    assert "Not used yet" in page
    note_use(token, timezone.now())
    assert "Not used yet" not in bobs.get(PAGE).text


@pytest.mark.parametrize("change", [{"name": ""}, {"scopes": []}, {"scopes": ["all"]}, {"days": "4000"}])
def test_a_form_that_is_not_right_makes_none(bobs, change):
    assert bobs.post(PAGE, FORM | change).status_code == 422
    assert not AccessToken.objects.exists()


def test_its_owner_ends_it(bobs, bob):
    token, text = make_token(user=bob, name="A", scopes=["read"], days=7)
    assert "Revoked" in bobs.post(f"{PAGE}{token.pk}/revoke/", follow=True).text
    with pytest.raises(TokenRefused, match="revoked"):
        find_token(text)
    assert bobs.post(f"{PAGE}{token.pk}/revoke/").status_code == 404


def test_nobody_sees_or_ends_anothers(bobs, charlie):
    token, text = make_token(user=charlie, name="Charlie's own", scopes=["read"], days=7)
    assert "Charlie's own" not in bobs.get(PAGE).text
    assert bobs.post(f"{PAGE}{token.pk}/revoke/").status_code == 404
    assert find_token(text)


def test_it_ends_by_time(bob):
    _, text = make_token(user=bob, name="A", scopes=["read"], days=7)
    AccessToken.objects.update(expires_at=timezone.now())
    with pytest.raises(TokenRefused, match="expired"):
        find_token(text)


def test_it_ends_with_the_account(bob):
    _, text = make_token(user=bob, name="A", scopes=["read"], days=7)
    bob.is_active = False
    bob.save()
    with pytest.raises(TokenRefused, match="not known"):
        find_token(text)


def test_its_use_is_noted_to_the_hour_and_rarely(bob, django_assert_num_queries):
    token, text = make_token(user=bob, name="A", scopes=["read"], days=7)
    now = timezone.now().replace(minute=20)
    note_use(token, now)
    token = find_token(text)
    assert token.last_used_at == now.replace(minute=0, second=0, microsecond=0)
    with django_assert_num_queries(0):
        note_use(token, now + timedelta(minutes=30))
    note_use(token, now + timedelta(hours=2))
    assert find_token(text).last_used_at == token.last_used_at + timedelta(hours=2)


def test_nobody_has_more_than_so_many(bobs, bob):
    for _ in range(MOST):
        make_token(user=bob, name="A", scopes=["read"], days=7)
    assert f"You have {MOST} tokens that work." in bobs.post(PAGE, FORM).text
    AccessToken.objects.filter(pk=AccessToken.objects.first().pk).update(revoked_at=timezone.now())
    assert bobs.post(PAGE, FORM).status_code == 200


def test_a_stranger_signs_in_first(client, db):
    assert client.get(PAGE).status_code == 302


def test_its_queries_do_not_grow(bobs, bob, django_assert_max_num_queries):
    for n in range(12):
        make_token(user=bob, name=f"Token {n}", scopes=["read"], days=7)
    with django_assert_max_num_queries(4):
        assert bobs.get(PAGE).text.count("<strong>Token ") == 12


def test_an_administrator_can_end_one_and_its_owner_reads_of_it(client, bob, django_user_model):
    token, text = make_token(user=bob, name="Lost laptop", scopes=["read"], days=7)
    client.force_login(django_user_model.objects.create_superuser("ada@example.org"))
    page = "/admin/accounts/accesstoken/"
    assert text not in client.get(f"{page}{token.pk}/change/").text
    client.post(page, {"action": "revoke", "_selected_action": [token.pk]})
    with pytest.raises(TokenRefused, match="revoked"):
        find_token(text)
    client.force_login(bob)
    assert "Lost laptop" in client.get("/profile/audit/").text
