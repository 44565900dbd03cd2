"""How a learner's practice goes, for any page: `{% load practice %}{% practice %}`."""

from __future__ import annotations

from typing import Any

from django import template

from apps.quizzes.practice import practice_of

register = template.Library()


@register.inclusion_tag("learning/_practice.html", takes_context=True)
def practice(context: dict[str, Any]) -> dict[str, Any]:
    """This week and the goal; nothing for who has switched it off, has not begun, or is not signed in."""
    user = context["user"]
    return {"practice": practice_of(user) if user.is_authenticated else None}
