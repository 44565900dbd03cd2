"""A word to leads without a second factor: `{% load factor %}{% factor_hint %}`."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django import template
from django.template import Context

from studyhub.mail import NO_MAIL

register = template.Library()


@register.inclusion_tag("accounts/_factor_hint.html", takes_context=True)
def factor_hint(context: Context) -> dict[str, Any]:
    """What a password alone protects, until the reader has a second factor or says no (one query until then).

    Whoever comes in by a learning platform has no password: to them it says nothing.
    """
    user = context["user"]
    shown = user.factor_hint and not user.email.endswith(NO_MAIL) and not is_mfa_enabled(user)
    return {"shown": shown, "request": context["request"], "csrf_token": context["csrf_token"]}
