"""Dates as each language writes them: this filter `date` stands for Django's in every template."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.template.defaultfilters import date as written
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, arg: str | None = None) -> str:
    """As Django's. In French short names are small and end with a full stop, and a month begins: `jeu. 1er oct.`."""
    if arg and "_" not in arg and get_language() == "fr":  # SHORT_DATE_FORMAT is a name
        arg = arg.replace("D", "D.").replace("M", "N")
        if getattr(value, "day", None) == 1:
            arg = arg.replace("j ", r"1\e\r ")
    return str(written(value, arg))


@register.filter(expects_localtime=True, is_safe=False)
def when(value: datetime | None, day: str = "") -> str:
    """A moment as people say it: `today, 10:40`; a day further off by `day`, else `24 Nov`, in another year with it."""
    if not value:
        return ""
    now = timezone.localtime()
    time = date(value, "H:i")
    match (value.date() - now.date()).days:
        case 0:
            return _("today, %(time)s") % {"time": time}
        case -1:
            return _("yesterday, %(time)s") % {"time": time}
        case 1:
            return _("tomorrow, %(time)s") % {"time": time}
    return f"{date(value, day or ('j M' if value.year == now.year else 'j M Y'))}, {time}"
