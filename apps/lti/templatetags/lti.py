"""Platforms on the pages of one's own account: `{% load lti %}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from apps.lti import linked

if TYPE_CHECKING:
    from lti_tool.models import LtiUser

    from apps.accounts.models import User

register = template.Library()


@register.simple_tag
def linked_platforms(user: User) -> list[LtiUser]:
    """Who the reader is at each platform that leads here (one query)."""
    return list(linked.of(user))
