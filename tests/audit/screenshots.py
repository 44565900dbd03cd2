"""`make screenshots`: the README's pictures, light and dark, of a site with the demo group's data.

python -m tests.audit.screenshots [--only NAME …]

Users, solutions and histories are drawn from a fixed seed; days are counted back from the day on which they are made.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import django
from PIL import Image

from tests.audit.site import FOLDER, PROJECT, site

TARGET = PROJECT / "docs" / "pictures"
SIZE = {"width": 1280, "height": 860}
# The main pages by their names, and what stands at the top of each picture; nothing: the page's own top.
PICTURES = {"home": "", "track": "", "exercise": "", "submission": "", "quiz": "", "dashboard": ""}


def file(name: str, theme: str) -> Path:
    """Where a picture lies."""
    return TARGET / f"{name}-{theme}.webp"


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
        from tests.audit import look, people

        with look.chromium() as browser:
            for page in (one for one in people.main_pages() if one.name in options.only):
                for theme in look.THEMES:
                    context = look.visitor(browser, page, address, theme, viewport=SIZE, reduced_motion="reduce")
                    tab = context.new_page()
                    tab.goto(page.path)
                    tab.wait_for_load_state("networkidle")
                    if top := PICTURES[page.name]:
                        tab.locator(top).first.evaluate("one => one.scrollIntoView({block: 'start'})")
                    taken = Image.open(io.BytesIO(tab.screenshot()))
                    taken.convert("RGB").save(file(page.name, theme), "WEBP", lossless=True, quality=100, method=6)
                    context.close()


if __name__ == "__main__":
    main()
