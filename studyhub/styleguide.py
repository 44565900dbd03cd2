"""The living page of the design system, at /styleguide/ while DEBUG: each component in each state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.catalog.models import Track
from studyhub.templatetags.ui import STATES

TOKENS = Path(__file__).resolve().parent / "static" / "css" / "tokens.css"
TEXT = ("ink", "ink-2", "ink-3", "amber", "teal", "violet", "rose", "blue", "good", "bad")
GROUNDS = ("paper", "surface", "sunk", "line", "line-strong", "focus", "alarm")
ENOUGH = 4.5  # WCAG 2.2, 1.4.3, for text of usual size


@dataclass(frozen=True)
class Swatch:
    """A colour by its name, as hex in light and in dark; its contrast with the page there, 0 where none is asked."""

    name: str
    light: str
    dark: str
    contrast_light: float = 0
    contrast_dark: float = 0


def tokens() -> dict[str, tuple[str, str]]:
    """The colours of tokens.css that are given as hex: (light, dark) by name."""
    text = TOKENS.read_text(encoding="utf-8")
    pairs = re.findall(r"^  --([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", text, re.MULTILINE)
    return {name: (light, dark) for name, light, dark in pairs}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours given as hex (WCAG 2.2, definition of contrast ratio), 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def swatches(names: tuple[str, ...], *, on: str = "") -> list[Swatch]:
    """These colours; with `on`, the contrast with that one."""
    known = tokens()
    ground = known.get(on)
    return [
        Swatch(name, *known[name], *(contrast(a, b) for a, b in zip(known[name], ground, strict=True)))
        if ground
        else Swatch(name, *known[name])
        for name in names
    ]


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label="Name to show", help_text="Others see it.", required=False)
    mail = forms.EmailField(label="E-mail")
    zone = forms.ChoiceField(label="Time zone", choices=[("UTC", "UTC"), ("Europe/Paris", "Europe/Paris")])
    shown = forms.BooleanField(label="Show my name on leaderboards", required=False)
    notebook = forms.FileField(label="Your notebook")

    def clean(self) -> dict[str, Any]:
        """Always something to say."""
        raise forms.ValidationError("These two don't fit together.")


def page_of(number: int) -> Page[int]:
    """A page of a list that has three."""
    return Paginator(range(30), 10).page(number)


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    if not settings.DEBUG:
        raise Http404
    wrong = SampleForm({"wrong-name": "Alice", "wrong-mail": "no address", "wrong-zone": "UTC"}, prefix="wrong")
    wrong.is_valid()
    context = {
        "text_swatches": swatches(TEXT, on="paper"),
        "ground_swatches": swatches(GROUNDS),
        "enough": ENOUGH,
        "states": list(STATES),
        "way": ("queued", "running", "grading", "done"),
        "accents": ("amber", "teal", "violet", "rose", "blue"),
        "art": ("regression", "maths", "neural-nets", "stable-diffusion", "course", "another"),
        "levels": ("beginner", "intermediate", "advanced"),
        "notices": ("info", "success", "warning", "error"),
        "shares": (0, 37, 100),
        "steps": tuple(range(1, 9)),
        "form": SampleForm(),
        "wrong": wrong,
        "track": Track(slug="trees", title="Trees"),
        "pages": [page_of(number) for number in (1, 2, 3)],
        "code": "def predict(X, w, b):\n    return X @ w + b",
    }
    return render(request, "styleguide.html", context)
