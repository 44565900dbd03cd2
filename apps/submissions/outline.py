"""The outline of an executed notebook: its headings, how long the cells below each took, which one to look at.

Seconds and what became of a cell are the runner's account, headings the notebook's own words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .fates import Fate
from .said import figure

HEADING = re.compile(r"(#{1,3})[ \t]+(\S.*)")
FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
MARKUP = re.compile(r"[*_`]+|!?\[([^\]]*)\]\([^)]*\)|\s+#+$")
MOST_PARTS, CHARACTERS = 60, 80
WORSE = {"": 0, "skipped": 1, "open": 2, "stopped": 3}
TONES = {
    "skipped": gettext_lazy("not run"),
    "open": gettext_lazy("a check did not pass"),
    "stopped": gettext_lazy("the run ended here"),
}


@dataclass
class Part:
    """A heading and the code cells down to the next one: their seconds, and the worst of what became of them."""

    level: int
    title: str
    anchor: str
    seconds: float = 0.0
    tone: str = ""


def parts(cells: Iterable[dict[str, Any]], found: dict[int, Fate]) -> list[Part]:
    """One for each heading of the notebook's Markdown cells; code cells before the first one belong to none."""
    outline: list[Part] = []
    for index, cell in enumerate(cells):
        if cell["cell_type"] == "markdown":
            outline += [Part(level, title, f"part-{index}") for level, title in _headings(cell["source"])]
        elif outline and index in found:
            part, fate = outline[-1], found[index]
            part.seconds += fate.seconds
            part.tone = max(part.tone, fate.tone, key=WORSE.__getitem__)
    return outline[:MOST_PARTS]


def to_html(outline: list[Part], found: dict[int, Fate]) -> str:
    """The outline as a list of links, below those to the cells that a learner wants to see first."""
    longest = max((part.seconds for part in outline), default=0.0)
    items = "".join(_item(part, longest) for part in outline)
    listed = f"<ol>{items}</ol>" if len(outline) > 1 else ""
    if not (told := _first(found)) and not listed:
        return ""
    name = html.escape(_("Outline of the notebook"))
    return f'<nav class="outline" aria-label="{name}">{told}{listed}</nav>'


def bar(seconds: float, longest: float) -> str:
    """A bar of `seconds` as a part of the longest; nothing where all was over at once."""
    if longest < 0.1:
        return ""
    width = 100 * min(seconds / longest, 1)
    return (
        '<svg class="time" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="whole" width="100" height="4"/><rect width="{width:.1f}" height="4"/></svg>'
    )


def _first(found: dict[int, Fate]) -> str:
    told = ""
    for fate in found.values():
        if fate.tone == "stopped":
            words = _("Jump to cell %(number)s: the run ended there") % {"number": fate.number}
            told += f'<p><a class="jump" href="#cell-{fate.number}">{html.escape(words)}</a></p>'
    opened = (
        (fate.number, _("cell %(number)s") % {"number": fate.number}) for fate in found.values() if fate.tone == "open"
    )
    links = [f'<a href="#cell-{number}">{html.escape(words)}</a>' for number, words in opened]
    said = html.escape(_("Checks that did not pass: %(cells)s.")) % {"cells": ", ".join(links)}
    return told + (f"<p>{said}</p>" if links else "")


def _item(part: Part, longest: float) -> str:
    tone = f' class="{part.tone}"' if part.tone else ""
    said = f'<span class="tone">{html.escape(str(TONES[part.tone]))}</span>' if part.tone else ""
    time = f'<span class="seconds">{figure(f"{part.seconds:.1f}")} s</span>' if part.seconds >= 0.05 else ""
    return (
        f'<li data-level="{part.level}"{tone}><a href="#{part.anchor}">{html.escape(part.title)}</a>'
        f"{said}{time}{bar(part.seconds, longest) if time else ''}</li>"
    )


def _headings(source: str) -> Iterable[tuple[int, str]]:
    fenced = ""
    for line in source.splitlines():
        fence = FENCE.match(line)
        if fence and (not fenced or fence[1] == fenced):
            fenced = "" if fenced else fence[1]
        elif not fenced and (heading := HEADING.fullmatch(line.rstrip())):
            title = " ".join(MARKUP.sub(r"\1", heading[2]).split())
            if title:
                yield len(heading[1]), title if len(title) <= CHARACTERS else title[: CHARACTERS - 1] + "…"
