"""An address is proved and changed, a password too; and how somebody wants their pages."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

PASSWORD = "correct-horse-9"


@pytest.fixture
def mailing(settings):
    """A site that can send mail."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True


def sign_up(client, email="dora@example.org"):
    data = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post(reverse("account_signup"), data, follow=True)


def code_in(message) -> str:
    return re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", message.body, re.MULTILINE)[1]


def test_without_mail_a_new_learner_works_at_once(client, db):
    assert sign_up(client).context["user"].is_authenticated
    assert client.get(reverse("submissions:list")).status_code == 200


def test_with_mail_the_code_in_it_comes_first(client, db, mailing):
    page = sign_up(client)
    assert not page.context["user"].is_authenticated
    assert "Is this your address?" in page.text
    wrong = client.post(reverse("account_email_verification_sent"), {"code": "WRONG1"})
    assert wrong.status_code == 200
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[0])})
    assert client.get("/").context["user"].email == "dora@example.org"
    assert EmailAddress.objects.get().verified


def test_a_code_can_not_be_guessed_at_for_long(client, db, mailing):
    sign_up(client)
    for _ in range(6):
        client.post(reverse("account_email_verification_sent"), {"code": "WRONG1"})
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[0])})
    assert not client.get("/").context["user"].is_authenticated


def test_an_address_is_changed_once_the_new_one_is_proved_and_the_old_one_is_told(client, bob, mailing):
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": bob.email, "password": "bob-secret"})
    client.post(reverse("account_reauthenticate"), {"password": "bob-secret"})
    client.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    bob.refresh_from_db()
    assert bob.email == "bob@example.org"
    assert mail.outbox[-1].to == ["new@example.org"]
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[-1])})
    bob.refresh_from_db()
    assert bob.email == "new@example.org"
    told = [one for one in mail.outbox if one.to == ["bob@example.org"]]
    assert "from bob@example.org to new@example.org" in told[-1].body


def test_a_new_password_is_told_by_mail(client, bob):
    client.post(reverse("account_login"), {"login": bob.email, "password": "bob-secret"})
    data = {"oldpassword": "bob-secret", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_change_password"), data)
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)
    assert "The password of your account was changed." in mail.outbox[-1].body


def test_less_motion_is_in_every_page_from_its_first_byte(client, bob):
    client.force_login(bob)
    assert "data-motion" not in client.get("/").text
    client.post(reverse("profile"), {"name": "Bob", "reduced_motion": "on", "theme": "dark"})
    page = client.get("/").text
    assert '<html lang="en-GB" data-theme="dark" data-motion="reduced"' in page
    client.post(reverse("profile"), {"name": "Bob"})
    assert "data-motion" not in client.get("/").text
    assert 'data-theme="dark"' in client.get("/").text


def test_single_keys_are_switched_off_in_the_profile_or_where_they_are_listed(client, bob):
    assert "data-single-keys" not in client.get("/").text
    client.force_login(bob)
    assert 'data-single-keys="on"' in client.get("/").text
    client.post(reverse("profile"), {"name": "Bob"})
    assert 'data-single-keys="off"' in client.get("/").text
    assert client.post(reverse("single_keys"), {"single_keys": "on"}).status_code == 204
    assert 'data-single-keys="on"' in client.get("/").text


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("profile", "Profile"),
        ("mfa_index", "Signing in"),
        ("account_email", "Signing in"),
        ("usersessions_list", "Sessions"),
        ("tokens", "Programs"),
        ("audit", "Record"),
        ("notification_choices", "Notices"),
        ("mails", "Notices"),
        ("your_data", "Your data"),
    ],
)
def test_each_page_of_the_account_says_in_which_section_it_is(client, bob, name, section):
    client.force_login(bob)
    page = client.get(reverse(name), follow=True).text
    here = re.findall(r'<a href="[^"]+" aria-current="page">.*?</svg>([^<]+)</a>', page)
    assert here == [section]
    assert page.count("<h1") == 1
