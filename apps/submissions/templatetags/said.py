"""Stored sentences in the reader's language: `{% load said %}`."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from apps.submissions import said as sentences

register = template.Library()


@register.filter
def said(text: object) -> str:
    """What the grader, the runner or a run's moves said; see apps/submissions/said.py."""
    return sentences.said(str(text))


@register.filter
def drawn(svg: str) -> SafeString:
    """A picture of the grader's: SVG of our own making."""
    return mark_safe(sentences.drawn(svg))  # noqa: S308 - apps/grading/drawing.py escapes what it was given
