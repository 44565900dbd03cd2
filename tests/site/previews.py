"""Draws what other sites show of a link to a track: its picture and its name, 1200 by 630.

python -m tests.site.previews   (after a change in studyhub/art.py)
"""

import tempfile
from pathlib import Path

from django.conf import settings
from playwright.sync_api import sync_playwright

from studyhub.art import PICTURES, draw

STATIC = Path(__file__).resolve().parents[2] / "studyhub" / "static"
TARGET = STATIC / "img"
# Titles and accents as in notebooks/; the course stands for the whole site.
TRACKS = {
    "course": ("StudyHub", "blue"),
    "maths": ("Maths", "violet"),
    "neural-nets": ("Neural nets", "teal"),
    "regression": ("Regression", "amber"),
    "stable-diffusion": ("Stable diffusion", "rose"),
}
PAGE = """<!doctype html><html data-theme="light"><meta charset="utf-8">
<link rel="stylesheet" href="{static}/css/tokens.css"><link rel="stylesheet" href="{static}/css/art.css">
<style>
  body {{ display: grid; grid-template-columns: 480px 1fr; align-items: center; gap: 40px; width: 1200px; height: 630px;
    box-sizing: border-box; margin: 0; padding: 60px; background: var(--tint); color: var(--ink);
    font-family: var(--sans); }}
  h1 {{ margin: 0 0 24px; font-size: 84px; font-weight: 600; letter-spacing: -0.035em; line-height: 1; }}
  p {{ margin: 0; color: var(--ink-2); font-size: 32px; line-height: 1.3; }}
</style><body class="accent-{accent}"><div><h1>{title}</h1><p>{words}</p></div>{art}</body></html>"""


def main() -> None:
    """A picture for each track."""
    settings.configure(USE_I18N=False)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 630})
        for slug in PICTURES:
            title, accent = TRACKS[slug]
            words = "A study group’s way through machine learning" if slug == "course" else "A track of StudyHub"
            branches = tuple(pair for other, pair in TRACKS.items() if other != "course") if slug == "course" else ()
            html = PAGE.format(
                static=STATIC.as_uri(), accent=accent, title=title, words=words, art=draw(slug, branches=branches)
            )
            file = Path(folder) / f"{slug}.html"
            file.write_text(html, encoding="utf-8")
            page.goto(file.as_uri(), wait_until="networkidle")
            page.screenshot(path=TARGET / f"preview-{slug}.png")
        browser.close()


if __name__ == "__main__":
    main()
