"""What the site does when somebody signs in or up."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.signals import user_logged_in, user_signed_up
from django.conf import settings
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.accounts import leaving
from apps.accounts.middleware import SEEN
from apps.accounts.models import User


@receiver(user_logged_in)
def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The session is one of the list from now on; and whoever was to leave stays."""
    request.session[SEEN] = int(time.time())
    if user.leaves_at and leaving.take_back(user):
        messages.info(request, _("You were about to leave. Your account stays as it is."))


@receiver(user_signed_up)
def signed_up(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The language in which the account was made is the one for mails as well, until its owner chooses another."""
    if get_language() != settings.LANGUAGE_CODE:
        user.language = get_language() or ""
        user.save(update_fields=["language"])
