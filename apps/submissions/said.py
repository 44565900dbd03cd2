"""Sentences that were made where no reader was known, in the reader's language; what is none of ours stays as it is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.conf import settings
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext

from .messages import REASONS, UPLOAD
from .sentences import FIGURES, NAMES, PHRASES, SENTENCES, VERBATIM
from .validation import UploadRefused

NUMBER = r"[-−+±]?(?:≈ )?(?:\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?|inf|nan)(?: ?%)?"
FIGURE = re.compile(
    r"(?P<sign>[-−+±]?(?:≈ )?)(?P<whole>\d[\d,]*)(?:\.(?P<part>\d+))?(?P<rest>(?:e[-+]?\d+)?)(?P<percent> ?%)?"
)
SHAPE = re.compile(r"\((?:any|\d+)(?:, (?:any|\d+))*,?\)")
NAMED = re.compile(r"`[^`]*`|\S+")
SLOT = re.compile(r"%\((\w+)\)s")
END = re.compile(r"(?<=[.!?]) (?=[A-Z0-9])")
WORDS = re.compile(r"(<(?:text|title)\b[^>]*>)([^<]*)(?=</(?:text|title)>)")


@dataclass(frozen=True)
class Form:
    """One of our texts, with places for what is told in it."""

    msgid: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What it looks like filled in."""
        parts = SLOT.split(self.msgid)
        texts = [re.escape(text.replace("%%", "%")) for text in parts[::2]]
        slots = [f"(?P<{name}>{NUMBER if name in FIGURES else '.+?'})" for name in parts[1::2]]
        return re.compile("".join(text + slot for text, slot in zip(texts, [*slots, ""], strict=True)), re.DOTALL)

    def say(self, text: str) -> str | None:
        """`text` in the reader's language; None where it is not of this form, or tells what nobody translated."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        facts = {name: _fact(name, value) for name, value in match.groupdict().items()}
        if None in facts.values():
            return None
        return gettext(self.msgid) % facts if facts else gettext(self.msgid)


def said(text: str) -> str:
    """One of our messages, phrases or numbers in the reader's language; any other text as it is."""
    if not text or _is_english():
        return text
    return _message(text) or _phrase(text) or text


def refused(refusal: UploadRefused) -> str:
    """Why a file can't be handed in, in the reader's language."""
    facts = {name: said(fact) if isinstance(fact, str) else fact for name, fact in refusal.facts.items()}
    return gettext(UPLOAD[refusal.id]).format(**facts)


def drawn(svg: str) -> str:
    """A picture of ours with its words and numbers in the reader's language."""
    if _is_english():
        return svg
    return WORDS.sub(
        lambda found: found[1] + html.escape(_phrase(html.unescape(found[2])) or html.unescape(found[2])), svg
    )


def figure(number: str) -> str:
    """A number as we write it, `4,810.5` or `97.7%`, as the reader does; any other text as it is."""
    match = FIGURE.fullmatch(number)
    if match is None or _is_english():
        return number
    # A thin space that doesn't break, where Django's own format would.
    whole = match["whole"].replace(",", "\u202f")
    part = f"{get_format('DECIMAL_SEPARATOR')}{match['part']}" if match["part"] else ""
    return match["sign"] + whole + part + match["rest"] + ("\u202f%" if match["percent"] else "")


def _is_english() -> bool:
    return (get_language() or settings.LANGUAGE_CODE) == settings.LANGUAGE_CODE


def _message(text: str) -> str | None:
    """A message of one sentence or of several; None unless all of them are ours."""
    ends = [match.start() for match in END.finditer(text)]
    for end in ends:
        first = _first_of(_forms(SENTENCES), text[:end])
        if first is not None and (rest := _message(text[end + 1 :])) is not None:
            return f"{first} {rest}"
    if text in REASONS.values():
        return gettext(text)
    return _first_of(_forms(SENTENCES), text)


def _phrase(text: str) -> str | None:
    if FIGURE.fullmatch(text):
        return figure(text)
    if SHAPE.fullmatch(text):
        return text.replace("any", gettext("any"))
    return _first_of(_forms(PHRASES), text)


def _first_of(forms: Iterable[Form], text: str) -> str | None:
    return next((found for form in forms if (found := form.say(text)) is not None), None)


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
    return tuple(Form(msgid) for msgid in msgids)
