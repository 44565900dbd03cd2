"""How far the reader is with an exercise or a quiz: `{% reached exercise as own %}`."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from django import template
from django.template.context import Context

from apps.catalog import reached as sources

if TYPE_CHECKING:
    from apps.exercises.models import Exercise
    from apps.quizzes.models import Quiz

register = template.Library()
ASKED = "reached: "


@register.simple_tag(takes_context=True)
def reached(context: Context, thing: Exercise | Quiz) -> Hashable:
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
