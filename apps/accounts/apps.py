"""Registers the app with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """You: the person who signs in."""

    name = "apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Hears of who signs in."""
        from . import signals  # noqa: F401
