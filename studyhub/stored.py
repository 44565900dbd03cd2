"""Sentences that are kept in English, with what they tell: found again where they are shown, in the reader's language.

Whoever makes such sentences writes them as texts with places, `It answered %(status)s.`, and makes that list known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.utils.translation import get_language, gettext

SLOT = re.compile(r"%\((\w+)\)s")
# In a place of this name stands another sentence of ours; in all others stands what is nobody's to translate.
SENTENCE = "problem"
SLOTS = {"status": r"\d+(?: [^.:]+)?"}


@dataclass(frozen=True)
class Form:
    """A text of ours with places; `slots` says, as a pattern, what stands in a place of that name, else anything."""

    msgid: str
    slots: Mapping[str, str] = field(default_factory=dict, hash=False)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What it looks like filled in."""
        parts = SLOT.split(self.msgid)
        texts = [re.escape(text.replace("%%", "%")) for text in parts[::2]]
        slots = [f"(?P<{name}>{self.slots.get(name, '.+?')})" for name in parts[1::2]]
        return re.compile("".join(text + slot for text, slot in zip(texts, [*slots, ""], strict=True)), re.DOTALL)

    def say(self, text: str, fact: Callable[[str, str], str | None]) -> str | None:
        """`text` in the reader's language, with what `fact` makes of a name and a value.

        None where it is not of this form, or tells what nobody translated.
        """
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        facts = {name: fact(name, value) for name, value in match.groupdict().items()}
        if None in facts.values():
            return None
        return gettext(self.msgid) % facts if facts else gettext(self.msgid)


def first_of(forms: Iterable[Form], text: str, fact: Callable[[str, str], str | None]) -> str | None:
    """What the first form says that fits."""
    return next((found for form in forms if (found := form.say(text, fact)) is not None), None)


def is_english() -> bool:
    """Whether the reader's language is the one in which sentences are kept."""
    return (get_language() or settings.LANGUAGE_CODE) == settings.LANGUAGE_CODE


_forms: dict[str, Form] = {}


def keep(*msgids: str) -> None:
    """Called where sentences are made: from now on they are found again."""
    _forms.update({msgid: Form(msgid, SLOTS) for msgid in msgids})


def told(text: str) -> str:
    """One of the kept sentences in the reader's language; any other text as it is."""
    return text if not text or is_english() else _told(text) or text


def _told(text: str) -> str | None:
    if text in _forms:
        return gettext(text)
    return first_of(_forms.values(), text, _fact)


def _fact(name: str, value: str) -> str | None:
    return _told(value) if name == SENTENCE else value
