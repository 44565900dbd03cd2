"""How far the reader is with an exercise or a quiz: `{{ own|reached_in:exercise }}`."""

from __future__ import annotations

from collections.abc import Hashable

from django import template
from django.db.models import Model

from apps.catalog.reached import Reached

register = template.Library()


@register.filter
def reached_in(own: Reached, thing: Model) -> Hashable:
    """What its app says, out of `own`; None where the reader has not begun it, or is nobody."""
    about = thing._meta.label_lower, thing.pk
    return next((value for model, key, value in own if (model, key) == about), None)
