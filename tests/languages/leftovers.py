"""What a page in French still says in English: texts that its English page has too, and English words in others."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser
from zoneinfo import available_timezones

from django.conf import settings

from tests.languages.wrapped import SAID, SAME, VERBATIM, WORD

EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# No word of these is a French one, and few English sentences go without them.
ENGLISH = re.compile(
    r"\b(the|your|you|with|which|from|this|that|have|has|are|was|were|here|what|and|of|is|it|by|be|to|for|not|there|"
    r"when|where|who|they|their|will|can|no|yet|at)\b",
    re.IGNORECASE,
)
NAMES = re.compile(rf"https?://\S*|\b(?:{SAME.pattern})(?!\w)")
# Between the names that a title or a list puts beside each other.
BETWEEN = re.compile(r"[·,:–()/]| - ")
MARKS = re.compile(r"[*_`$]+|\n\n")
ZONES = available_timezones()


class Reader(HTMLParser):
    """Collects what is read out or shown in a page's own language; `lang` and `translate="no"` are respected."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []

    @property
    def _silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        own = tag == "html" or words.get("lang", "fr") in {"fr", "fr-FR"}
        silent = self._silent or tag in VERBATIM or not own or words.get("translate") == "no"
        silent = silent or (tag == "option" and words.get("value") in ZONES)
        if not silent:
            self.said += [words[name] or "" for name in (*SAID, "content") if name in words and _is_said(tag, words)]
        if tag not in EMPTY:
            self._open.append((tag, silent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Of SVG: it holds nothing."""

    def handle_endtag(self, tag: str) -> None:
        for place in reversed(range(len(self._open))):
            if self._open[place][0] == tag:
                del self._open[place:]
                break

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def _is_said(tag: str, words: dict[str, str | None]) -> bool:
    return tag != "meta" or words.get("name") == "description"


def texts(page: str) -> list[str]:
    """What a page says, spaces put right."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return [text for text in (" ".join(text.split()) for text in reader.said) if text]


def leftovers(french: str, english: str, *, content: Iterable[str]) -> list[str]:
    """The texts of the page `french` that stay English; `content` is what people and authors wrote."""
    both = set(texts(english))
    written = sorted({piece for one in content for piece in _pieces(one)}, key=len, reverse=True)
    found = []
    for text in texts(french):
        rest = NAMES.sub(" ", text).replace("’", "'")
        for one in written:
            if one in rest:
                rest = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", " ", rest)
        rest = " ".join(part for part in _parts(rest) if part not in same_in_both())
        if (text in both and WORD.search(rest)) or ENGLISH.search(rest):
            found.append(text)
    return list(dict.fromkeys(found))


def _pieces(written: str) -> set[str]:
    """A text as it was written, and as pages show it: in one line, and parted where Markdown has a mark."""
    written = NAMES.sub(" ", written).replace("’", "'")
    plain = MARKS.sub("", written)
    parts = {" ".join(part.split()) for part in (written, plain, *MARKS.split(written))}
    return {part for part in parts if WORD.search(part)}


def _parts(text: str) -> list[str]:
    """Its names, each number as #."""
    return [re.sub(r"[\d.]+", "#", part).strip() for part in BETWEEN.split(text)]


@cache
def same_in_both() -> frozenset[str]:
    """Texts, and parts of them, of which the catalogues say that they are the same in French; a place in them is #."""
    found = {name for _, name in settings.LANGUAGES} | {"UTC", "XLSX"}
    for path in (
        *settings.BASE_DIR.glob("apps/*/locale/fr/LC_MESSAGES/django.mo"),
        settings.BASE_DIR / "studyhub/locale/fr/LC_MESSAGES/django.mo",
    ):
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        # Of a plural the English is not there, but of its singular it is.
        plurals = {key: text for (key, number), text in filter(_is_plural, catalogue.items()) if number == 1}
        for key, text in catalogue.items():
            msgid = key[0] if isinstance(key, tuple) else key
            if msgid.rpartition("\x04")[2] == text:
                for one in (text, plurals.get(msgid, "")):
                    found.update(_parts(re.sub(r"%\(\w+\)[sd]", "#", one)))
    return frozenset(found)


def _is_plural(entry: tuple[object, str]) -> bool:
    return isinstance(entry[0], tuple)
