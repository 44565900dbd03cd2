"""The executed notebook as a page of its own, for a frame in which nothing runs and only its own pictures are loaded.

What a learner's code printed is shown as it is: the sandboxed frame and its policy make it harmless, not a filter.
"""

from __future__ import annotations

import hashlib
import html
import logging
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from studyhub.templatetags.ui import language_tag

from . import folders
from .constants import Files, Verdict
from .fates import fates, stopped_at
from .models import Run
from .pictures import packed, unpacked

logger = logging.getLogger(__name__)
# Part of the name of each page that is kept: raise it when pages come to look different.
FORM = 5
STOPPED = {Verdict.LEARNER_ERROR, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.OUTPUT_TOO_LARGE}
STOPPED |= {Verdict.DISK_FULL, Verdict.TOO_MANY_PROCESSES}

RENDERED, PICTURES = "rendered", "pictures"
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


def frame_policy(pictures: str) -> str:
    """What the page may do: load what lies below the address `pictures`, which a notebook can't know, and no more."""
    return (
        f"default-src 'none'; img-src data: {pictures}; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; sandbox"
    )


def executed_page(run: Run, *, theme: str, pictures: str) -> str | None:
    """The page for `run`, in the reader's theme; None where there is no executed notebook (yet).

    Converting takes a while, so the body is kept beside the database, in each language that it was read in; it never
    changes for one attempt. Kept is a word for where its pictures are, too, which is drawn by lot so that no notebook
    says it: `pictures`, the address for this reader, takes its place.
    """
    if run.files == Files.NONE:
        return None  # also where this machine still has the page
    language = get_language() or settings.LANGUAGE_CODE
    lang = language_tag(language)
    kept = _kept(run, f"{language}.html")
    if not kept.is_file():
        place = token_hex(16)
        rendered = _render(run, lang, place)
        if rendered is None:
            return None
        _keep(kept, f"{place}\n{rendered}".encode())
    place, _line, body = kept.read_text(encoding="utf-8").partition("\n")
    chosen = f' data-theme="{theme}"' if theme in THEMES else ""
    title = html.escape(_("Executed notebook of hand-in %(number)s") % {"number": run.submission.number})
    return (
        f'<!doctype html><html lang="{lang}"{chosen}><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main>{body.replace(place, pictures)}</main></body></html>"
    )


def picture(run: Run, number: int) -> bytes | None:
    """A picture of the page by its number, None where it has none such. Kept as the page is, for each web host."""
    if run.files == Files.NONE:
        return None
    kept = _kept(run, PICTURES)
    if not kept.is_file() and _render(run, settings.LANGUAGE_CODE, "") is None:
        return None
    return unpacked(kept, number) if kept.is_file() else None


def drop_pages(run: Run) -> None:
    """What was kept for showing it goes from this machine."""
    for path in (settings.VAR_DIR / RENDERED).glob(f"{run.pk}-*"):
        path.unlink(missing_ok=True)


def _kept(run: Run, name: str) -> Path:
    found: Path = settings.VAR_DIR / RENDERED / f"{run.pk}-{run.attempt}-{FORM}-{name}"
    return found


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{hashlib.sha256(content).hexdigest()[:8]}.part")
    part.write_bytes(content)
    part.replace(path)


def _render(run: Run, lang: str, place: str) -> str | None:
    """The body, None where there is no notebook; its pictures are kept."""
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

        body, found = to_html(data, fates(run.cells, stopped_cell(run)), lang=lang, place=place)
    except Exception:  # nbconvert raises what a broken notebook makes it stumble over; the grade doesn't depend on it
        logger.exception("Run %s: its executed notebook can't be shown", run.pk)
        return _note(_("The executed notebook can't be shown."))
    if len(body) > PAGE_BYTES:
        return _note(_("The executed notebook is too large to be shown here."))
    _keep(_kept(run, PICTURES), packed(found))
    return body


def _note(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"
