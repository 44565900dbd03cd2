"""What the site does when somebody signs in."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.signals import user_logged_in
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
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
