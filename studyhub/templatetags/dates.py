"""Dates as each language writes them: this filter `date` stands for Django's in every template."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.defaultfilters import date as written
from django.utils.translation import get_language

register = template.Library()


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, arg: str | None = None) -> str:
    """As Django's. In French short names are small and end with a full stop, and a month begins: `jeu. 1er oct.`."""
    if arg and "_" not in arg and get_language() == "fr":  # SHORT_DATE_FORMAT is a name
        arg = arg.replace("D", "D.").replace("M", "N")
        if getattr(value, "day", None) == 1:
            arg = arg.replace("j ", r"1\e\r ")
    return str(written(value, arg))
