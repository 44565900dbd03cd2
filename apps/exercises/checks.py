"""What is looked at whenever the site starts: where Colab and Kaggle are sent."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from apps.exercises.elsewhere import FORM, on_github, public_address


@register()
def starters_can_be_opened(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """STUDYHUB_STARTERS_URL leads to a folder on GitHub, and whoever opens a starter there reaches the site."""
    if not settings.STARTERS_URL:
        return []
    try:
        on_github(settings.STARTERS_URL)
    except ValueError as problem:
        text = f"STUDYHUB_STARTERS_URL={settings.STARTERS_URL!r} can't be used: {problem}."
        hint = (
            f"Write {FORM}, with a branch that has no slash in its name; or leave it empty, and no buttons are shown."
        )
        return [Error(text, hint=hint, id="exercises.E001")]
    if not public_address():
        text = (
            f"STUDYHUB_STARTERS_URL is set, but Colab and Kaggle can't reach {settings.SITE_URL}: no buttons are shown."
        )
        return [Warning(text, hint="Set STUDYHUB_URL to the site's public address, https://…", id="exercises.W002")]
    return []
