"""`make screenshots`: the README's pictures, light and dark, of a site with the demo group's data.

python -m tests.audit.screenshots [--only NAME …]

Users, solutions and histories are drawn from a fixed seed, by a clock that stands still (clock.py): the same code makes
the same pictures. What a run took by the clock on the wall is in none of them.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import django
from PIL import Image

from tests.audit.site import FOLDER, PROJECT, site

if TYPE_CHECKING:
    from tests.audit.people import Page

TARGET = PROJECT / "docs" / "pictures"
HEIGHT = 860


@dataclass(frozen=True)
class Picture:
    """How a main page is shown: what stands at the top of the picture (nothing: the page's own), and how wide."""

    top: str = ""
    width: int = 1280


# By the names of the main pages. Of a hand-in what was compared is shown, without what stands beside it; of a quiz a
# question with what is said of the answer.
PICTURES = {
    "home": Picture(),
    "track": Picture(),
    "exercise": Picture(),
    "submission": Picture(width=900),
    "quiz": Picture(width=784),
    "dashboard": Picture(top="#heat"),
}


def file(name: str, theme: str) -> Path:
    """Where a picture lies."""
    return TARGET / f"{name}-{theme}.webp"


def shown(only: Collection[str]) -> list[tuple[Page, Picture]]:
    """The pages to be taken. The hand-in is the first one with a check that drew what is not right."""
    from tests.audit import people

    places = {"submission": people.drawn_hand_in, "quiz": people.missed_question}
    pages = []
    for page in people.main_pages():
        picture = PICTURES[page.name]
        if page.name in places:
            path, top = places[page.name]()
            page, picture = replace(page, path=path), replace(picture, top=top)
        if page.name in only:
            pages.append((page, picture))
    return pages


def main() -> None:
    """Start the site, take each picture in both themes, store it without loss."""
    parser = argparse.ArgumentParser(description="Take the README's pictures.")
    parser.add_argument("--only", nargs="*", choices=PICTURES, default=list(PICTURES))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    with site(options.folder / "site") as address:
        django.setup()
        # What asks for models can be imported only now.
        from tests.audit import look

        with look.chromium() as browser:
            for page, picture in shown(options.only):
                size = {"width": picture.width, "height": HEIGHT}
                for theme in look.THEMES:
                    context = look.visitor(browser, page, address, theme, viewport=size, reduced_motion="reduce")
                    tab = context.new_page()
                    tab.goto(page.path)
                    tab.wait_for_load_state("networkidle")
                    if picture.top:
                        tab.locator(picture.top).first.evaluate("one => one.scrollIntoView({block: 'start'})")
                    taken = Image.open(io.BytesIO(tab.screenshot()))
                    taken.convert("RGB").save(file(page.name, theme), "WEBP", lossless=True, quality=100, method=6)
                    context.close()


if __name__ == "__main__":
    main()
