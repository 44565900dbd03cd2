"""Texts as the index knows them: without accents, capitals and endings; a sign of mathematics is its name.

Both databases are given these words and change nothing about them, so that both find the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

# A letter from Alpha to omega is its name, as LaTeX spells it: λ, \lambda and lambda are one word.
_LETTER = re.compile(r"^GREEK (?:SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)")
_LAMDA = {"lamda": "lambda"}
_POWER = re.compile(r"(?<=\w)\^\{?(\w)\}?")
_WORD = re.compile(r"[a-z0-9]+")
_RUN = re.compile(r"\w+(?:\^\{?\w\}?)?", re.UNICODE)
_ASKED = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
# Words that stand in every sentence: a question is not about them.
_STOP = (
    "a an and are as at be by can do does for from how in is it of on or that the this to was what when where which "
    "who why with"
)
STOP = frozenset(_STOP.split())
LONGEST = 200
MOST = 12


def fold(text: str) -> str:
    """Small letters without accents, R² as r2, λ as lambda."""
    plain = unicodedata.normalize("NFKD", _POWER.sub(r"\1", text)).casefold()
    return "".join(_named(sign) for sign in plain if not unicodedata.combining(sign))


@lru_cache(maxsize=2048)
def _named(sign: str) -> str:
    if sign.isascii():
        return sign
    found = _LETTER.match(unicodedata.name(sign, ""))
    return f" {_LAMDA.get(name := found[1].lower(), name)} " if found else sign


def tokens(text: str) -> list[str]:
    """The words of a text, folded, with their endings."""
    return _WORD.findall(fold(text))


def stem(word: str) -> str:
    """Without the s of a plural (Harman's S stemmer): it changes few words wrongly, and a word's beginning never."""
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    return word[:-1] if word.endswith("s") else word


def indexed(text: str) -> str:
    """What the index is given of a text: its words, one space between them."""
    return " ".join(stem(word) for word in tokens(text))


def runs(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Each word as it stands in the text: where it begins and ends, and what the index has of it."""
    for found in _RUN.finditer(text):
        yield found.start(), found.end(), [stem(word) for word in tokens(found[0])]


@dataclass(frozen=True)
class Asked:
    """What somebody looks for: all of `phrases` (one word or several that follow each other), none of `without`."""

    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()
    is_open: bool = field(default=False)
    """Whether the last word may go on: it is still being typed."""

    @property
    def words(self) -> frozenset[str]:
        """Every word that is looked for."""
        return frozenset(word for phrase in self.phrases for word in phrase)


def read(text: str) -> Asked:
    """A query as it was typed: words, "a phrase", -without. Whatever else stands in it is no syntax."""
    wanted: list[tuple[str, ...]] = []
    without: list[tuple[str, ...]] = []
    is_open = False
    for minus, quoted, bare in _ASKED.findall(text[:LONGEST]):
        found = tuple(stem(word) for word in tokens(quoted or bare))
        if not found:
            continue
        if minus:
            without.append(found)
        elif quoted:
            wanted.append(found)
        else:
            wanted.extend((word,) for word in found)
        is_open = not quoted and not minus
    plain = [phrase for phrase in wanted if len(phrase) > 1 or phrase[0] not in STOP]
    # The last word may be the beginning of another: "what is a" is no question yet.
    if is_open and wanted and plain and wanted[-1] != plain[-1]:
        is_open = False
    return Asked(tuple((plain or wanted)[:MOST]), tuple(without[:MOST]), is_open)
