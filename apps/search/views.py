"""The page of results, and the palette that opens on every page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.catalog.models import Track

from .commands import buttons_for, ways_of
from .finding import Found, find
from .models import Kind
from .shortcuts import ACTS, pages_for
from .words import LONGEST, fold

PER_PAGE = 20
# What the palette shows before one asks for all.
FIRST = 8


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What was found for `q`, by kind and track; the results alone for htmx."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    chosen = {"kind": request.GET.get("kind", ""), "track": request.GET.get("track", "")}
    found = find(request.user, text, **chosen)
    page = Paginator(found.hits, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "text": text,
        "found": found,
        "page": page,
        "query": urlencode({"q": text, **chosen}) + "&",
        "kinds": _choices(
            text, chosen, "kind", _("All kinds"), {one.value: str(one.label) for one in Kind}, found.kinds
        ),
        "tracks": _choices(text, chosen, "track", _("All tracks"), _tracks(found), found.tracks),
    }
    part = request.htmx and request.htmx.target == "results"  # type: ignore[attr-defined]
    response = render(request, "search/results.html" if part else "search/search.html", context)
    response["Vary"] = "HX-Request"
    return response


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """What the palette lists for `q`: where to go, what to do, then what was found; the whole dialog without `q`."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    ways = ways_of(request, text)
    found = find(request.user, text)
    context: dict[str, Any] = {
        "text": text,
        "ways": ways,
        "pages": [one for one in pages_for(request.user) if fold(text) in fold(one.words)],
        "buttons": buttons_for(request.user, text),
        "found": found,
        "hits": [hit for hit in found.hits if hit.document.url not in {one.url for one in ways}][:FIRST],
    }
    if "q" in request.GET:
        return render(request, "search/options.html", context)
    return render(request, "search/palette.html", context | {"acts": ACTS})


def _tracks(found: Found) -> dict[str, str]:
    return dict(Track.objects.current().values_list("slug", "title")) if found.tracks else {}


def _choices(
    text: str, chosen: dict[str, str], name: str, every: str, words: dict[str, str], counts: dict[str, int]
) -> list[dict[str, Any]]:
    """Links that narrow the results down, each with how many it leaves; `every` is what all of them are called."""
    choices = {
        "": every,
        **{value: label for value, label in words.items() if value in counts or value == chosen[name]},
    }
    return [
        {
            "words": label,
            "count": counts.get(value, 0) if value else sum(counts.values()),
            "href": "?" + urlencode({key: part for key, part in {"q": text, **chosen, name: value}.items() if part}),
            "chosen": value == chosen[name],
        }
        for value, label in choices.items()
    ]
