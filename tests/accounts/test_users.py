"""People, who sign in with their e-mail address."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from apps.accounts.models import User


def test_a_user_is_made_from_an_address_and_a_password(db):
    user = User.objects.create_user("dora@example.org", "dora-secret")
    assert user.check_password("dora-secret")
    assert (user.is_staff, user.is_superuser, user.name) == (False, False, "")


def test_a_user_without_a_password_cannot_sign_in_with_one(db):
    assert not User.objects.create_user("dora@example.org").has_usable_password()


def test_a_user_needs_an_address(db):
    with pytest.raises(ValueError, match="needs an e-mail address"):
        User.objects.create_user("", "secret")


def test_a_superuser_may_do_everything(db):
    user = User.objects.create_superuser("root@example.org", "root-secret")
    assert (user.is_staff, user.is_superuser) == (True, True)


def test_one_address_belongs_to_one_user_in_whatever_case(bob):
    with pytest.raises(IntegrityError):
        User.objects.create_user("BOB@example.org", "other")


def test_a_form_is_told_that_an_address_is_taken(bob):
    with pytest.raises(ValidationError, match="This address is taken"):
        User(email="BOB@example.org", password="x").full_clean()


def test_the_name_to_show_falls_back_to_the_address(db):
    assert User(email="dora@example.org", name="Dora Diaz").display_name == "Dora Diaz"
    assert User(email="dora@example.org", name="Dora Diaz").get_short_name() == "Dora"
    assert str(User(email="dora@example.org")) == "dora"
