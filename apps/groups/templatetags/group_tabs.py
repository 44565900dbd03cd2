"""The tabs of a group: `{% load group_tabs %}`."""

from __future__ import annotations

from typing import NamedTuple

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop

from ..models import Membership

register = template.Library()

# The address's name, its wording, whether only leads have it, and the folders of a group that belong to it.
TABS = (
    ("group", gettext_noop("Overview"), False, ("",)),
    ("plan", gettext_noop("Plan"), False, ("plan",)),
    ("members", gettext_noop("Members"), False, ("members", "invitations")),
    ("dashboard", gettext_noop("Dashboard"), True, ("dashboard", "items", "work", "messages", "similar")),
    ("regrades", gettext_noop("Regrades"), True, ("regrades",)),
    ("settings", gettext_noop("Settings"), True, ("settings", "webhooks")),
)


class Tab(NamedTuple):
    """One of them, as it is shown."""

    url: str
    label: str
    is_here: bool


@register.simple_tag(takes_context=True)
def group_tabs(context: Context) -> list[Tab]:
    """The tabs that the reader has in this group; the one that the page belongs to knows it."""
    membership: Membership = context["membership"]
    request: HttpRequest = context["request"]
    slug = membership.group.slug
    folder = request.path.removeprefix(reverse("groups:group", args=[slug])).partition("/")[0]
    tabs = []
    for name, label, for_leads, folders in TABS:
        if for_leads and not membership.leads:
            continue
        try:
            url = reverse(f"groups:{name}", args=[slug])
        except NoReverseMatch:
            continue
        tabs.append(Tab(url, gettext(label), folder in folders))
    return tabs
