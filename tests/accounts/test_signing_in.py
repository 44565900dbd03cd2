"""Making an account, signing in and out, and a forgotten password: allauth's pages in our frame."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_a_stranger_can_open_the_ways_in(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    page = response.content.decode()
    assert page.count("<h1") == 1
    assert 'class="site-head"' in page
    for field in re.findall(r'<input type="(?:email|password)"[^>]*id="([^"]+)"', page):
        assert f'for="{field}"' in page
    assert "placeholder" not in page
    assert "Remember Me" not in page


def test_somebody_makes_an_account_and_is_signed_in(client, db):
    secret = "correct-horse-9"
    data = {"email": "dora@example.org", "password1": secret, "password2": secret}
    response = client.post(reverse("account_signup"), data, follow=True)
    assert response.context["user"].email == "dora@example.org"
    assert User.objects.get().check_password(secret)
    assert mail.outbox[0].to == ["dora@example.org"]


def test_bob_signs_in_in_whatever_case_and_lands_where_he_was(client, bob):
    data = {"login": "Bob@Example.org", "password": "bob-secret"}
    response = client.post(f"{reverse('account_login')}?next=/concepts/", data)
    assert response.url == "/concepts/"


def test_a_wrong_password_is_refused_with_a_message(client, bob):
    response = client.post(reverse("account_login"), {"login": bob.email, "password": "wrong"})
    assert response.status_code == 200
    assert 'class="notice notice--error" role="alert"' in response.content.decode()
    assert not response.context["user"].is_authenticated


def test_nobody_is_sent_to_another_site_after_signing_in(client, bob):
    data = {"login": bob.email, "password": "bob-secret"}
    assert client.post(f"{reverse('account_login')}?next=https://evil.example/", data).url == reverse("home")


def test_bob_signs_out_with_a_form_and_not_with_a_link(client, bob):
    client.force_login(bob)
    assert client.get(reverse("account_logout")).context["user"].is_authenticated
    assert not client.post(reverse("account_logout"), follow=True).context["user"].is_authenticated


def test_a_forgotten_password_is_reset_by_mail(client, bob):
    client.post(reverse("account_reset_password"), {"email": bob.email})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    page = form.redirect_chain[-1][0]
    client.post(page, {"password1": "brand-new-horse-7", "password2": "brand-new-horse-7"})
    bob.refresh_from_db()
    assert bob.check_password("brand-new-horse-7")


def test_the_pages_do_not_tell_who_has_an_account(client, bob):
    for address in (bob.email, "nobody@example.org"):
        response = client.post(reverse("account_reset_password"), {"email": address})
        assert response.url == reverse("account_reset_password_done")


@pytest.mark.parametrize("name", ["profile", "account_email", "account_change_password"])
def test_a_stranger_is_asked_to_sign_in_and_bob_sees_his_own(client, bob, name):
    assert Client().get(reverse(name)).url.startswith(reverse("account_login"))
    client.force_login(bob)
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "charlie" not in response.content.decode()


def test_bob_changes_the_name_that_others_see(client, bob):
    client.force_login(bob)
    response = client.post(reverse("profile"), {"name": "Robert", "is_staff": "on"}, follow=True)
    bob.refresh_from_db()
    assert (bob.name, bob.is_staff) == ("Robert", False)
    assert "Saved." in response.content.decode()
