"""Words of eighty letters, addresses that never end, and whether a page keeps inside its window with them."""

from __future__ import annotations

from collections.abc import Iterable

from playwright.sync_api import Page

WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LINK = f"https://example.org/{'averylongpath' * 12}"
WIDTHS = (390, 820, 1440)


def wider_than_window(page: Page) -> list[str]:
    """At which widths the page that is open would scroll sideways, in words."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if (needed := page.evaluate("document.scrollingElement.scrollWidth")) > width:
            found.append(f"{page.url} at {width}: {needed}")
    return found


def too_wide(page: Page, paths: Iterable[str]) -> list[str]:
    """The same of each of these pages; all of them are there."""
    found = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found += wider_than_window(page)
    return found
