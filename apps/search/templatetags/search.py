"""The way to the search from every page."""

from __future__ import annotations

import json
from functools import lru_cache

from django import template
from django.contrib.auth.models import AnonymousUser
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.search.shortcuts import PAGES
from studyhub.templatetags.ui import icon

register = template.Library()


@register.simple_tag(takes_context=True)
def search_link(context: RequestContext) -> SafeString:
    """A link to the page of results; script opens the palette instead, and reads there which keys lead where."""
    return _link((context.get("user") or AnonymousUser()).is_authenticated, get_language() or "")


@lru_cache(maxsize=8)
def _link(signed_in: bool, language: str) -> SafeString:
    keys = {one.keys: one.url for one in PAGES if signed_in or not one.signed_in}
    return format_html(
        '<a class="btn btn-quiet btn-sm" href="{}" data-palette="{}" data-keys="{}" title="{}">{}</a>',
        reverse("search:search"),
        reverse("search:palette"),
        json.dumps(keys),
        _("Search ( / )"),
        icon("search", _("Search")),
    )
