"""Which account a platform leads to: the one that was linked or made, and never one found by an address."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.mail import EmailMessage
from lti_tool.models import LtiUser

from apps.accounts.models import User
from studyhub import mail as ours


def sign_in(client, user) -> None:
    client.post("/accounts/login/", {"login": user.email, "password": "bob-secret"})


def test_whoever_comes_again_has_the_same_account(visitor):
    first = visitor().come().wsgi_request.user
    assert visitor().come(name="Bob, renamed").wsgi_request.user == first
    assert LtiUser.objects.get().auth_user == first


def test_an_address_leads_to_no_account(visitor, bob):
    user = visitor().come(email=bob.email).wsgi_request.user
    assert user != bob
    assert not EmailAddress.objects.filter(email=bob.email, user=user).exists()
    assert not LtiUser.objects.exclude(email="").exists()


def test_somebody_with_an_account_signs_in_and_links_it(visitor, bob):
    someone = visitor()
    arrival = someone.launch(email="")["Location"]
    page = someone.client.get(arrival).content.decode()
    assert f"/accounts/login/?next={arrival}" in page
    sign_in(someone.client, bob)
    assert "Link this account" in someone.client.get(arrival).content.decode()
    assert someone.client.post(arrival, {"account": "mine"}).status_code == 302
    assert LtiUser.objects.get().auth_user == bob
    assert visitor().come().wsgi_request.user == bob


def test_nobody_is_linked_without_saying_so(visitor, bob):
    someone = visitor()
    someone.client.force_login(bob)
    someone.client.get(someone.launch()["Location"])
    assert LtiUser.objects.get().auth_user is None


def test_linking_needs_somebody_signed_in(visitor):
    someone = visitor()
    arrival = someone.launch()["Location"]
    assert someone.client.post(arrival, {"account": "mine"})["Location"] == arrival
    assert LtiUser.objects.get().auth_user is None


def test_one_account_is_not_two_people_of_one_platform(visitor, bob):
    for subject in ("one", "two"):
        someone = visitor()
        arrival = someone.launch(sub=subject)["Location"]
        sign_in(someone.client, bob)
        someone.client.post(arrival, {"account": "mine"})
    assert [one.auth_user for one in LtiUser.objects.order_by("pk")] == [bob, None]


def test_staff_sign_in_by_themselves(visitor, ada_of_the_staff):
    someone = visitor()
    LtiUser.objects.update(auth_user=None)
    arrival = someone.launch()["Location"]
    LtiUser.objects.update(auth_user=ada_of_the_staff)
    response = someone.client.get(arrival)
    assert response["Location"].startswith("/accounts/login/?next=/lti/arrive/")
    assert not response.wsgi_request.user.is_authenticated
    someone.client.force_login(ada_of_the_staff)
    assert someone.client.get(arrival)["Location"] == "/exercises/doubling/"


def test_a_second_step_is_not_skipped(visitor, bob):
    Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={"secret": "A" * 32})
    someone = visitor()
    arrival = someone.launch()["Location"]
    LtiUser.objects.update(auth_user=bob)
    response = someone.client.get(arrival)
    assert response["Location"].startswith("/accounts/login/")
    assert not response.wsgi_request.user.is_authenticated


def test_somebody_else_who_is_signed_in_is_told(visitor, ada_of_the_staff, bob):
    someone = visitor()
    arrival = someone.launch()["Location"]
    LtiUser.objects.update(auth_user=ada_of_the_staff)
    someone.client.force_login(bob)
    response = someone.client.get(arrival)
    assert response.status_code == 400
    assert "signed in with another account" in response.content.decode()


def test_an_account_that_is_closed_stays_closed(visitor, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    someone = visitor()
    arrival = someone.launch()["Location"]
    LtiUser.objects.update(auth_user=bob)
    response = someone.client.get(arrival)
    assert response.status_code == 400
    assert not response.wsgi_request.user.is_authenticated


def test_with_an_account_goes_what_the_platform_told(visitor):
    visitor().come().wsgi_request.user.delete()
    assert not LtiUser.objects.exists()


def test_no_mail_goes_to_an_account_without_an_address(visitor, monkeypatch, settings):
    user = visitor().come().wsgi_request.user
    handed = []
    monkeypatch.setattr(
        "django.core.mail.backends.smtp.EmailBackend.send_messages", lambda self, found: handed.extend(found)
    )
    backend = mail.get_connection("studyhub.mail.EmailBackend")
    real = EmailMessage("hello", "there", to=["bob@example.org"])
    backend.send_messages([EmailMessage("hello", "there", to=[user.email]), real])
    assert user.email.endswith(ours.NO_MAIL)
    assert handed == [real]


@pytest.fixture
def ada_of_the_staff(db):
    return User.objects.create_user("ada@example.org", "ada-secret", name="Ada", is_staff=True)


def test_an_address_and_a_password_can_be_added(visitor):
    someone = visitor()
    user = someone.come().wsgi_request.user
    response = someone.client.post("/accounts/email/", {"email": "bob@new.example", "action_add": "1"})
    assert "reauthenticate" not in response.get("Location", "")
    (sent,) = mail.outbox
    assert sent.to == ["bob@new.example"]
    response = someone.client.get("/accounts/password/set/")
    assert response.status_code == 200, response.get("Location")
    new = {"password1": "a-long-new-secret", "password2": "a-long-new-secret"}
    someone.client.post("/accounts/password/set/", new)
    user.refresh_from_db()
    assert user.check_password("a-long-new-secret")
