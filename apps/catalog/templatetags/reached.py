"""How far the reader is with an exercise or a quiz: `{% reached exercise as own %}`."""

from __future__ import annotations

from collections.abc import Hashable

from django import template
from django.db.models import Model
from django.template.context import Context

from apps.catalog import reached as sources

register = template.Library()
ASKED = "reached: "


@register.simple_tag(takes_context=True)
def reached(context: Context, thing: Model) -> Hashable:
    """What its app says; None where the reader has not begun it, or is nobody. All of a kind are read at once."""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return None
    model = thing._meta.label_lower
    asked = context.render_context
    if ASKED + model not in asked:
        asked[ASKED + model] = sources.reached(model, user)
    found: Hashable = asked[ASKED + model].get(thing.pk)
    return found
