"""What modules that know no Django say to readers, in the language that is spoken; English where nobody translates."""

from __future__ import annotations

import gettext as standard
from typing import Protocol


class Translator(Protocol):
    """As django.utils.translation, or a catalogue of the standard library."""

    def gettext(self, message: str, /) -> str:
        """The text in the present language."""

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        """The form for `number`."""

    def pgettext(self, context: str, message: str, /) -> str:
        """A text that means several things without its context."""


_translator: Translator = standard.NullTranslations()


def speak(translator: Translator) -> None:
    """From now on `translator` translates, in this process."""
    global _translator
    _translator = translator


def gettext(message: str) -> str:
    """The text in the present language."""
    return _translator.gettext(message)


def gettext_noop(message: str) -> str:
    """The text as it is, for the catalogue to have: whoever says it translates it."""
    return message


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form for `number`."""
    return _translator.ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """A text that means several things without its context."""
    return _translator.pgettext(context, message)
