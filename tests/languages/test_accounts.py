"""An account's own pages and mails in French: the reader's language on pages, the recipient's in mails."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from apps.accounts import leaving, packing
from apps.accounts.models import Choice, DataExport, Mail, Notification, User
from apps.accounts.notifications import notify, speaking_to
from apps.accounts.sessions import browser_of

PASSWORD = "correct-horse-9"


@pytest.fixture
def lea(django_user_model, db):
    """Somebody who chose French."""
    user = django_user_model.objects.create_user("lea@example.org", PASSWORD, name="Léa", language="fr")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("profile", "Profil"),
        ("mfa_index", "Connexion"),
        ("notification_choices", "Ce que vous recevez"),
        ("usersessions_list", "Sessions"),
        ("tokens", "Jetons pour programmes"),
        ("your_data", "Vos données"),
        ("notifications", "Notifications"),
        ("mails", "Les e-mails qui vous sont adressés"),
    ],
)
def test_the_account_speaks_its_owners_language(client, lea, name, head):
    client.force_login(lea)
    page = client.get(reverse(name), headers={"accept-language": "en"}).text
    assert re.search(r"<h1[^>]*>([^<]+)</h1>", page)[1] == head


def test_signing_in_speaks_the_browsers_language_with_what_allauth_says(client, db):
    page = client.post(reverse("account_login"), {"login": "x"}, headers={"accept-language": "fr"}).text
    assert ">Se connecter</h1>" in page
    assert "Ce champ est obligatoire." in page


def test_regions_of_time_zones_are_named_in_each_language_in_turn(client, bob, lea):
    for user, name in ((bob, "Indian"), (lea, "Océan Indien"), (bob, "Indian")):
        client.force_login(user)
        assert f'<optgroup label="{name}">' in client.get(reverse("profile")).text


def test_an_account_that_is_made_in_french_gets_mails_in_french(client, db):
    data = {"email": "dora@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), data, headers={"accept-language": "fr"})
    assert User.objects.get().language == "fr"
    assert "cette adresse pour un compte" in mail.outbox[-1].body


def test_one_that_is_made_in_the_sites_language_keeps_following_the_browser(client, db):
    data = {"email": "dora@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), data, headers={"accept-language": "en"})
    assert User.objects.get().language == ""


def test_a_mail_for_a_new_password_is_in_the_language_of_whom_it_goes_to(client, lea):
    client.post(reverse("account_reset_password"), {"email": lea.email}, headers={"accept-language": "en"})
    assert "demandé un nouveau mot de passe pour votre compte" in mail.outbox[-1].body


def test_what_changed_is_told_in_the_language_of_whom_it_concerns(client, lea):
    client.post(reverse("account_login"), {"login": lea.email, "password": PASSWORD})
    data = {"oldpassword": PASSWORD, "password1": "another-horse-9", "password2": "another-horse-9"}
    client.post(reverse("account_change_password"), data)
    assert mail.outbox[-1].subject.endswith("Votre mot de passe a été changé")
    assert "Le mot de passe de votre compte a été changé." in mail.outbox[-1].body


def test_a_mail_at_once_says_in_french_why_it_comes_and_how_it_ends(lea):
    Choice.objects.create(user=lea, kind="comment", channel="at-once")
    notify([lea], kind="comment", text="Alice wrote.")
    text = Mail.objects.get().text
    assert "Vous avez choisi de le savoir aussitôt\u202f: commentaires." in text
    assert "Ne plus recevoir d’e-mails de cette sorte" in text


@pytest.mark.parametrize("said", ["Bob left.", "Bob: more time.", "Bob\u202f: plus de temps."])
def test_who_has_left_is_named_so_in_the_language_of_whoever_was_told(lea, bob, said):
    Notification.objects.create(user=lea, kind="group", text=said)
    leaving.schedule(bob)
    assert leaving.erase_due(timezone.now() + timedelta(days=8)) == 1
    assert Notification.objects.get().text == said.replace("Bob", "Une personne qui est partie")


def test_an_export_explains_itself_in_its_owners_language(lea):
    packing.ask(lea)
    packing.pack_due(timezone.now())
    with default_storage.open(DataExport.objects.get().file_name) as file, zipfile.ZipFile(file) as pack:
        assert pack.read("README.txt").decode().startswith("Ce que StudyHub sait de vous")


def test_browsers_are_told_apart_in_the_language_that_is_spoken(client, lea):
    client.force_login(lea)
    assert browser_of("curl/8 Linux") == "A program on Linux"
    with speaking_to(lea):
        assert browser_of("curl/8 Linux") == "Un programme sur Linux"
        assert browser_of("Firefox/130.0 (X11; Linux)") == "Firefox sur Linux"
