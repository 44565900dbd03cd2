"""Sentences that were made where no reader was known, in the reader's language; what is none of ours stays as it is."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from django.utils.formats import get_format
from django.utils.translation import gettext

from studyhub.stored import Form, first_of, is_english

from .messages import REASONS, UPLOAD
from .sentences import FIGURES, NAMES, PHRASES, SENTENCES, VERBATIM
from .validation import UploadRefused

NUMBER = r"[-−+±]?(?:≈ )?(?:\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?|inf|nan)(?: ?%)?"
FIGURE = re.compile(
    r"(?P<sign>[-−+±]?(?:≈ )?)(?P<whole>\d[\d,]*)(?:\.(?P<part>\d+))?(?P<rest>(?:e[-+]?\d+)?)(?P<percent> ?%)?"
)
SHAPE = re.compile(r"\((?:any|\d+)(?:, (?:any|\d+))*,?\)")
NAMED = re.compile(r"`[^`]*`|\S+")
END = re.compile(r"(?<=[.!?]) (?=[A-Z0-9])")
WORDS = re.compile(r"(<(?:text|title)\b[^>]*>)([^<]*)(?=</(?:text|title)>)")


def said(text: str) -> str:
    """One of our messages, phrases or numbers in the reader's language; any other text as it is."""
    if not text or is_english():
        return text
    return _message(text) or _phrase(text) or text


def refused(refusal: UploadRefused) -> str:
    """Why a file can't be handed in, in the reader's language."""
    facts = {name: said(fact) if isinstance(fact, str) else fact for name, fact in refusal.facts.items()}
    return gettext(UPLOAD[refusal.id]).format(**facts)


def drawn(svg: str) -> str:
    """A picture of ours with its words and numbers in the reader's language."""
    if is_english():
        return svg
    return WORDS.sub(
        lambda found: found[1] + html.escape(_phrase(html.unescape(found[2])) or html.unescape(found[2])), svg
    )


def figure(number: str) -> str:
    """A number as we write it, `4,810.5` or `97.7%`, as the reader does; any other text as it is."""
    match = FIGURE.fullmatch(number)
    if match is None or is_english():
        return number
    # A thin space that doesn't break, where Django's own format would.
    whole = match["whole"].replace(",", "\u202f")
    part = f"{get_format('DECIMAL_SEPARATOR')}{match['part']}" if match["part"] else ""
    return match["sign"] + whole + part + match["rest"] + ("\u202f%" if match["percent"] else "")


def _message(text: str) -> str | None:
    """A message of one sentence or of several; None unless all of them are ours."""
    ends = [match.start() for match in END.finditer(text)]
    for end in ends:
        first = first_of(_forms(SENTENCES), text[:end], _fact)
        if first is not None and (rest := _message(text[end + 1 :])) is not None:
            return f"{first} {rest}"
    if text in REASONS.values():
        return gettext(text)
    return first_of(_forms(SENTENCES), text, _fact)


def _phrase(text: str) -> str | None:
    if FIGURE.fullmatch(text):
        return figure(text)
    if SHAPE.fullmatch(text):
        return text.replace("any", gettext("any"))
    return first_of(_forms(PHRASES), text, _fact)


def _fact(name: str, value: str) -> str | None:
    """What stands in a place of a sentence, in the reader's language; None for words that nobody has translated."""
    if name in FIGURES:
        return figure(value)
    if name == "fault":
        return _message(value)
    if name == "mistakes":
        parts = [_phrase(part) for part in value.split(", ")]
        return ", ".join(part for part in parts if part) if all(parts) else None
    if name in VERBATIM:
        return value
    return _phrase(value) or (value if name in NAMES or NAMED.fullmatch(value) else None)


@lru_cache
def _forms(msgids: tuple[str, ...]) -> tuple[Form, ...]:
    return tuple(Form(msgid, dict.fromkeys(FIGURES, NUMBER)) for msgid in msgids)
