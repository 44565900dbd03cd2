"""Reads whose SQL is written once: each person gets their own rows, whoever was the first to ask."""

import pytest
from django.db.models import Q

from apps.accounts.models import Notification
from studyhub.prepared import PreparedRead

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(bob, charlie):
    for user, kind in ((bob, "due"), (bob, "pin"), (charlie, "due")):
        Notification.objects.create(user=user, kind=kind, text=f"For {user}: 100 %")


def test_each_person_gets_their_own(bob, charlie, alice, told, django_assert_num_queries):
    made = []

    def kinds(user: int):
        made.append(user)
        return Notification.objects.filter(user=user).order_by("kind").values_list("kind", "read_at")

    read = PreparedRead(kinds)
    with django_assert_num_queries(3):
        assert read.rows(bob.pk) == [("due", None), ("pin", None)]
        assert read.rows(charlie.pk) == [("due", None)]
        assert read.rows(alice.pk) == []
    assert len(made) == 1


def test_other_values_stay_as_they_are(bob, charlie, told):
    read = PreparedRead(
        lambda user: Notification.objects.filter(user=user, text__contains="100 %", kind="due").values_list("kind")
    )
    assert read.rows(bob.pk) == read.rows(charlie.pk) == [("due",)]


@pytest.mark.parametrize("of", [lambda user: Q(), lambda user: Q(user=user) | Q(named=user)])
def test_the_person_stands_in_it_once(bob, of):
    read = PreparedRead(lambda user: Notification.objects.filter(of(user)).values_list("kind"))
    with pytest.raises(ValueError, match=r"The person stands (0|2) times"):
        read.rows(bob.pk)
