"""What django-allauth asks of the site."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from studyhub.clients import client_network


class AccountAdapter(DefaultAccountAdapter):
    """Counts by the same address as everything else that is limited, and takes as long whoever is asked for."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Called by allauth for its rate limits."""
        return client_network(request)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Called by allauth in place of making an account: hashes as a new one does, so that the time tells nothing."""
        make_password(email)
        super().send_account_already_exists_mail(email)
