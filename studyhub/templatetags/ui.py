"""What every template may use: `{% load ui %}`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.accounts.notifications import unread
from studyhub import stored
from studyhub.art import PICTURES, Branches, draw
from studyhub.statics import SHEETS
from studyhub.templatetags.rendering import render_inline, render_markdown

register = template.Library()

ICONS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "lucide-1.62.0"
THEMES = {"auto": _("Like the system"), "light": _("Light"), "dark": _("Dark")}

# Where a run is, or what it got: what to call it, its tone, its icon.
STATES = {
    "queued": (_("Waiting"), "calm", "hourglass"),
    "running": (_("Running"), "busy", "loader"),
    "grading": (_("Grading"), "busy", "loader"),
    "done": (_("Done"), "calm", "circle-check"),
    "cancelled": (_("Cancelled"), "calm", "ban"),
    "passed": (_("Passed"), "good", "circle-check"),
    "partial": (_("Partly right"), "warn", "circle-dot"),
    "failed": (_("Not right yet"), "bad", "circle-x"),
    "learner_error": (_("Stopped by an error"), "bad", "circle-x"),
    "timed_out": (_("Out of time"), "bad", "clock"),
    "out_of_memory": (_("Out of memory"), "bad", "cpu"),
    "output_too_large": (_("Too much output"), "bad", "file-text"),
    "disk_full": (_("Disk full"), "bad", "circle-x"),
    "too_many_processes": (_("Too many processes"), "bad", "circle-x"),
    "platform_error": (_("Our fault"), "warn", "server-crash"),
}
# The way of a hand-in, by the state of its run: what each part of it is called.
STEPS = (("queued", _("Handed in")), ("running", _("Running")), ("grading", _("Grading")), ("done", _("Done")))
KIND_ICONS = {
    "video": "play",
    "article": "file-text",
    "course": "graduation-cap",
    "paper": "scroll-text",
    "platform": "monitor",
    "competition": "trophy",
    "book": "book-open",
}
LEVELS = {
    "beginner": pgettext_lazy("level", "Beginner"),
    "intermediate": pgettext_lazy("level", "Intermediate"),
    "advanced": pgettext_lazy("level", "Advanced"),
}
MESSAGE_ICONS = {"success": "circle-check", "warning": "triangle-alert", "error": "triangle-alert"}


@cache
def _icon_shapes(name: str) -> str:
    path = ICONS / f"{name}.svg"
    if not path.is_file():
        raise template.TemplateSyntaxError(f"There is no icon {name!r}. Copy it from lucide-static to {ICONS}.")
    found = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
    if found is None:
        raise template.TemplateSyntaxError(f"{path} is no SVG.")
    return " ".join(found[1].split())


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of lucide, inline. Without a label it is decoration and hidden from screen readers."""
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" {} viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{}</svg>',
        named,
        mark_safe(_icon_shapes(name)),  # noqa: S308 - a file of ours
    )


@register.simple_tag
def site_sheets() -> list[str]:
    """The addresses of the style sheets of every page: one where static files are collected, else as they are."""
    return [staticfiles_storage.url(name) for name in getattr(staticfiles_storage, "sheets", SHEETS)]


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as clean HTML; formulas between dollars are left for KaTeX. Belongs inside `<div class="prose">`."""
    return render_markdown(text)


@register.filter
def inline_markdown(text: str) -> SafeString:
    """One line of Markdown (emphasis, code, links, formulas) without a paragraph around it."""
    return render_inline(text)


@register.filter
def kind_icon(kind: str) -> str:
    """The name of the icon for a kind of resource."""
    return KIND_ICONS.get(kind, "file-text")


@register.filter
def level(name: str) -> str:
    """What a level is called: `Beginner`."""
    return str(LEVELS.get(name, name))


@register.filter
def message_icon(level: str) -> str:
    """The name of the icon for a message's level."""
    return MESSAGE_ICONS.get(level, "info")


@register.filter
def preview(slug: str) -> str:
    """The static file of a track's picture for other sites; the course's for what has none of its own."""
    return f"img/preview-{slug if slug in PICTURES else 'course'}.png"


@register.filter
def duration(minutes: int | None) -> str:
    """Minutes as people say them: `45 min`, `1 h 30 min`; empty for none."""
    if not minutes:
        return ""
    hours, rest = divmod(int(minutes), 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


@register.filter
def score(value: float | None) -> str:
    """A score without needless zeros: `7`, `7.5`, `6.67`; a dash for none."""
    return "–" if value is None else number_format(f"{value:.2f}".rstrip("0").rstrip("."))


@register.filter
def told(text: object) -> str:
    """A sentence that is kept in English, in the reader's language; any other text as it is (stored.py)."""
    return stored.told(str(text))


@register.filter
def styled(field: BoundField) -> SafeString:
    """A form's field with the classes of our style sheet, and described by its help and its errors."""
    kind = field.widget_type
    css = {"checkbox": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    return field.as_widget(attrs={"class": css})


@register.filter
def worded(field: BoundField) -> BoundField:
    """A field of allauth's as ours are: one capital in its label, and nothing in its box that the label says."""
    field.field.widget.attrs.pop("placeholder", None)
    field.label = str(field.label).capitalize()
    return field


@register.inclusion_tag("components/state.html")
def state(value: str, label: str = "") -> dict[str, str | Promise]:
    """A run's state or verdict, as icon and word. Raises KeyError for one that has no wording yet."""
    words, tone, shape = STATES[value]
    return {"label": label or words, "tone": tone, "icon_name": shape}


@register.inclusion_tag("components/ring.html")
def ring(done: float, total: float, label: str) -> dict[str, Any]:
    """A progress ring, for example of points; `label` says what it is of."""
    percent = round(100 * done / total) if total else 0
    return {"percent": max(0, min(100, percent)), "label": label}


@register.inclusion_tag("components/stepper.html")
def stepper(value: str, label: str = "") -> dict[str, Any]:
    """How far a hand-in is, by its run's state. Raises ValueError for a state that is not on the way."""
    here = [name for name, words in STEPS].index(value)
    where = ["done" if place < here or value == "done" else "here" if place == here else "ahead" for place in range(4)]
    steps = [(words, at) for (name, words), at in zip(STEPS, where, strict=True)]
    return {"label": label or _("The way of your notebook"), "steps": steps}


@register.simple_block_tag
def table(content: str, label: str) -> SafeString:
    """`{% table "Table of the queues" %}<table …>{% endtable %}`: it scrolls where it is too wide, by keyboard too."""
    return render_to_string("components/table.html", {"label": label, "content": content})


@register.simple_block_tag
def figure(content: str, caption: str) -> SafeString:
    """`{% figure "What it shows" %}…{% endfigure %}`: a picture or code with its caption."""
    return render_to_string("components/figure.html", {"caption": caption, "content": content})


@register.simple_tag(takes_context=True)
def chosen_theme(context: Context) -> str:
    """The reader's choice of light or dark: `auto`, `light` or `dark`."""
    request: HttpRequest | None = context.get("request")
    choice = request.COOKIES.get("theme", "") if request else ""
    return choice if choice in THEMES else "auto"


def language_tag(code: str) -> str:
    """`en-gb` as HTML writes it: `en-GB`."""
    name, _, country = code.partition("-")
    return f"{name}-{country.upper()}" if country else name


@register.simple_tag
def page_language() -> str:
    """The language of the page, for its `lang`: what is content is marked with its own."""
    return language_tag(get_language() or settings.LANGUAGE_CODE)


@register.simple_tag
def languages() -> list[tuple[str, str, str]]:
    """Each language of the site: its code, its tag in HTML, and what it calls itself."""
    return [(code, language_tag(code), name) for code, name in settings.LANGUAGES]


# The section of one's own account that an address belongs to, by the beginning of its name.
SECTIONS = {
    "profile": "profile",
    "mfa_": "signing-in",
    "account_": "signing-in",
    "socialaccount_": "signing-in",
    "unlink": "signing-in",
    "usersessions_": "sessions",
    "tokens": "programs",
    "notification_choices": "told",
    "mails": "told",
    "audit": "record",
    "your_data": "data",
    "leave": "data",
}


@register.simple_tag(takes_context=True)
def account_section(context: Context) -> str:
    """Which of the sections of one's own account this page is in; empty for none."""
    match = getattr(context.get("request"), "resolver_match", None)
    name = match.url_name or "" if match else ""
    return next((section for begins, section in SECTIONS.items() if name.startswith(begins)), "")


@register.simple_tag(takes_context=True)
def unread_notifications(context: Context) -> int:
    """How many notifications the reader has not read: one query, on each page that has the site's head."""
    return unread(context["user"])


@register.simple_tag
def themes() -> list[tuple[str, str | Promise, str]]:
    """Each choice of theme: its value, its wording and its icon."""
    icons = {"auto": "sun-moon", "light": "sun", "dark": "moon"}
    return [(value, words, icons[value]) for value, words in THEMES.items()]


@register.simple_tag
def track_art(slug: str, named: bool = False, branches: Branches = ()) -> SafeString:
    """The track's picture as inline SVG, in the accent of the element around it; see studyhub.art.draw."""
    return mark_safe(draw(slug, named=named, branches=branches))  # noqa: S308 - numbers that we drew
