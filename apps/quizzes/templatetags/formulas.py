"""Formulas that keep their place until they are typeset: `{% load formulas %}{{ text|inline_markdown|in_place }}`."""

from __future__ import annotations

import re
from html import unescape

from django import template
from django.utils.safestring import SafeString, mark_safe

from apps.quizzes.widths import typeset, written

register = template.Library()

FORMULA = re.compile(r'<span class="math-inline">(\\\((.*?)\\\)</span>)', re.DOTALL)


@register.filter
def in_place(html: SafeString) -> SafeString:
    """`html` with each formula's text as small as makes it as wide as the formula: lines break where they will."""
    return mark_safe(FORMULA.sub(_with_size, html))  # noqa: S308 - a class is added to what was clean


def _with_size(found: re.Match[str]) -> str:
    latex = unescape(found[2])
    tenths = max(1, min(9, round(10 * typeset(latex) / written(latex))))
    return f'<span class="math-inline untypeset--{tenths}">{found[1]}'
