"""Without a password or a second factor a code from a mail shows who somebody is, before what can't be undone."""

from __future__ import annotations

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.urls import reverse

from apps.accounts import packing, proof
from apps.accounts.models import DataExport

PROVE = reverse("prove")


@pytest.fixture
def olga(django_user_model, db, settings):
    """Who signs in through another site alone, where this one can send mail."""
    settings.EMAIL_HOST = "smtp.example.org"
    user = django_user_model.objects.create_user("olga@example.org", name="Olga")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def here(client, olga):
    client.force_login(olga)
    return client


def asks(response) -> bool:
    return response.status_code == 302 and response.url.startswith(PROVE)


def code() -> str:
    return re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE)[1]


def later(monkeypatch, seconds: int) -> None:
    now = time.time()
    monkeypatch.setattr(proof.time, "time", lambda: now + seconds)


@pytest.mark.parametrize(
    "name", ["leave", "account_email", "account_set_password", "mfa_activate_totp", "mfa_add_webauthn"]
)
def test_it_is_asked_for_before_what_concerns_the_account_itself(here, name):
    assert asks(here.get(reverse(name)))
    assert asks(here.post(reverse(name)))


def test_a_code_from_the_mail_leads_on(here, olga):
    asking = here.get(reverse("leave"))
    assert "You have no password here" in here.get(asking.url).text
    sent = here.post(asking.url, {"send": "first"}, follow=True)
    assert "We have sent a code to <strong>olga@example.org</strong>" in sent.text
    assert mail.outbox[-1].to == [olga.email]
    assert here.post(asking.url, {"code": code().lower()}).url == reverse("leave")
    assert "What goes" in here.get(reverse("leave")).text


def test_what_was_posted_goes_on_by_itself(here, olga):
    asking = here.post(reverse("ask_for_export"))
    assert not DataExport.objects.exists()
    here.post(asking.url, {"send": "first"})
    here.post(asking.url, {"code": code()})
    assert DataExport.objects.get().user == olga


def test_an_export_is_not_had_without_it(here, olga, settings):
    export = packing.ask(olga)
    packing.pack_due(export.created_at)
    assert asks(here.get(reverse("download_export", args=[export.pk])))


def test_a_wrong_code_leads_nowhere_and_five_end_it(here):
    here.post(PROVE, {"send": "first"})
    right = code()
    for _ in range(proof.TRIES - 1):
        page = here.post(PROVE, {"code": "WRONG"})
        assert (page.status_code, "That is not the code." in page.text) == (422, True)
    assert "Have another one sent." in here.post(PROVE, {"code": "WRONG"}).text
    assert "Have another one sent." in here.post(PROVE, {"code": right}).text
    assert asks(here.get(reverse("leave")))


def test_a_code_holds_a_quarter_of_an_hour(here, monkeypatch):
    here.post(PROVE, {"send": "first"})
    later(monkeypatch, 16 * 60)
    assert "Have another one sent." in here.post(PROVE, {"code": code()}).text


def test_after_five_minutes_it_is_asked_for_again(here, monkeypatch):
    here.post(PROVE, {"send": "first"})
    here.post(PROVE, {"code": code()})
    assert here.get(reverse("leave")).status_code == 200
    later(monkeypatch, 6 * 60)
    assert asks(here.get(reverse("leave")))


def test_a_code_is_good_for_its_own_session_only(here, olga, client):
    here.post(PROVE, {"send": "first"})
    client.logout()
    client.force_login(olga)
    client.post(PROVE, {"code": code()})
    assert asks(client.get(reverse("leave")))


def test_who_has_another_way_shows_it_that_way(here, olga):
    TOTP.activate(olga, "JBSWY3DPEHPK3PXP")
    assert here.get(reverse("leave")).url.startswith(reverse("mfa_reauthenticate"))
    assert here.get(PROVE).url == reverse("account_reauthenticate")


@pytest.mark.parametrize("lacks", ["mail", "address"])
def test_where_no_mail_can_reach_them_nobody_is_shut_in(here, olga, settings, lacks):
    if lacks == "mail":
        settings.EMAIL_HOST = ""
    else:
        olga.emailaddress_set.update(verified=False)
    assert here.get(reverse("leave")).status_code == 200


def test_the_mail_speaks_its_readers_language(here, olga):
    olga.language = "fr"
    olga.save()
    here.post(PROVE, {"send": "first"})
    assert "un code pour montrer que c’est vous" in mail.outbox[-1].subject.lower()
