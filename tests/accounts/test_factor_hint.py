"""Leads without a second factor are told once what a password alone protects; they can say no."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from studyhub.mail import NO_MAIL
from tests.groups.conftest import circle, dana  # noqa: F401 - fixtures

WORD = "better than a password alone"


@pytest.fixture
def board(circle):  # noqa: F811
    return reverse("groups:dashboard", args=[circle.slug])


@pytest.fixture
def lead(client, dana, circle):  # noqa: F811
    """Who leads a group, and is no staff."""
    client.force_login(dana)
    return client


def test_a_lead_reads_it_on_the_dashboard_and_under_the_account(lead, board):
    assert WORD in lead.get(board).text
    assert "You see the work of the groups that you lead." in lead.get(reverse("mfa_index")).text


def test_who_has_a_second_factor_does_not(lead, board, dana):  # noqa: F811
    TOTP.activate(dana, "JBSWY3DPEHPK3PXP")
    assert WORD not in lead.get(board).text
    assert "You see the work" not in lead.get(reverse("mfa_index")).text


def test_who_says_no_does_not_read_it_again_there(lead, board):
    answer = lead.post(reverse("factor_hint"), {"next": board})
    assert answer.url == board
    page = lead.get(board).text
    assert "you can add one at any time" in page
    assert WORD not in page
    assert "You see the work of the groups that you lead." in lead.get(reverse("mfa_index")).text


def test_who_comes_by_a_platform_has_no_password_to_better(lead, board, dana):  # noqa: F811
    dana.email = f"0a1b{NO_MAIL}"
    dana.save()
    assert WORD not in lead.get(board).text


def test_who_leads_nothing_is_not_told(client, bob):
    client.force_login(bob)
    assert "You see the work" not in client.get(reverse("mfa_index")).text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_it_leads_back_to_this_site_only(lead, target):
    assert lead.post(reverse("factor_hint"), {"next": target}).url == reverse("home")
