"""The executed notebook as a page of its own, for a frame in which nothing runs and nothing is loaded.

What a learner's code printed is shown as it is: the sandboxed frame and FRAME_POLICY make it harmless, not a filter.
"""

from __future__ import annotations

import hashlib
import html
import logging
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from studyhub.templatetags.ui import language_tag

from . import folders
from .constants import Files, Verdict
from .fates import fates, stopped_at
from .models import Run

logger = logging.getLogger(__name__)
# Part of the name of each page that is kept: raise it when pages come to look different.
FORM = 4
STOPPED = {Verdict.LEARNER_ERROR, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.OUTPUT_TOO_LARGE}
STOPPED |= {Verdict.DISK_FULL, Verdict.TOO_MANY_PROCESSES}

FRAME_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
RENDERED = "rendered"
PAGE_BYTES = 24 * 1024 * 1024
THEMES = {"light", "dark"}
STYLE = (Path(__file__).parent / "frame.css").read_text(encoding="utf-8")


def has_executed(run: Run) -> bool:
    """Whether this run left an executed notebook."""
    try:
        return folders.has_executed(run.stored)
    except OSError:
        return False


def stopped_cell(run: Run) -> int | None:
    """The number of the cell that ended the run, from 1; None where none did."""
    in_cells = "probe" not in run.phases
    return stopped_at(run.cells, error=run.error, by_limit=run.verdict in STOPPED and in_cells)


def executed_page(run: Run, *, theme: str) -> str | None:
    """The page for `run`, in the reader's theme; None where there is no executed notebook (yet).

    Converting takes a while, so the body is kept beside the database, in each language that it was read in; it never
    changes for one attempt.
    """
    if run.files == Files.NONE:
        return None  # also where this machine still has the page
    language = get_language() or settings.LANGUAGE_CODE
    lang = language_tag(language)
    kept = settings.VAR_DIR / RENDERED / f"{run.pk}-{run.attempt}-{FORM}-{language}.html"
    body = kept.read_text(encoding="utf-8") if kept.is_file() else _render(run, lang)
    if body is None:
        return None
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{hashlib.sha256(body.encode()).hexdigest()[:8]}.part")
        part.write_text(body, encoding="utf-8")
        part.replace(kept)
    chosen = f' data-theme="{theme}"' if theme in THEMES else ""
    title = html.escape(_("Executed notebook of hand-in %(number)s") % {"number": run.submission.number})
    return (
        f'<!doctype html><html lang="{lang}"{chosen}><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )


def _render(run: Run, lang: str) -> str | None:
    try:
        data = folders.read_executed(run.stored)
    except folders.ResultUnreadable as error:
        logger.warning("Run %s: %s", run.pk, error)
        return _note(_("The executed notebook is too large to be shown here."))
    if data is None:
        return None
    try:
        # Imported where needed: nbconvert takes half a second, and only this page wants it.
        from .executed import to_html

        body = to_html(data, fates(run.cells, stopped_cell(run)), lang=lang)
    except Exception:  # nbconvert raises what a broken notebook makes it stumble over; the grade doesn't depend on it
        logger.exception("Run %s: its executed notebook can't be shown", run.pk)
        return _note(_("The executed notebook can't be shown."))
    return body if len(body) <= PAGE_BYTES else _note(_("The executed notebook is too large to be shown here."))


def _note(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"
