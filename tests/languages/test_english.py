"""One word for one thing in English too: what libraries call an email is an e-mail here."""

from __future__ import annotations

import re

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import override

OTHERWISE = re.compile(r"\bemails?\b", re.IGNORECASE)


@pytest.mark.parametrize("adapter", [DefaultAccountAdapter, DefaultMFAAdapter, DefaultSocialAccountAdapter])
def test_whatever_a_library_refuses(adapter):
    with override("en-gb"):
        assert not [str(text) for text in adapter.error_messages.values() if OTHERWISE.search(str(text))]
        assert not OTHERWISE.search(str(validate_email.message))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_the_forms_of_an_account(client, name):
    words = strip_tags(client.get(reverse(name)).content.decode())
    assert "E-mail" in words
    assert not OTHERWISE.search(words)


@pytest.mark.django_db
def test_an_address_that_is_none(client):
    words = strip_tags(client.post(reverse("account_login"), {"login": "bob", "password": "x"}).content.decode())
    assert "Enter a valid e-mail address." in words
    assert not OTHERWISE.search(words)
