"""What scoring said of an answer, which is kept in English with the answer, in the language of who reads it.

Scoring says these sentences; all else in a message is the author's, and stays as it was written.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# The verdict that a message begins with: the page says it above, as a word of its own.
VERDICT = re.compile(r"(?P<verdict>Right|Partly right|Not right)(?:, but\b|[.:])\s*")
# As they are left once the verdict is gone. Of two that fit, the first is meant.
SENTENCES = (
    gettext_noop("%(right)s of %(total)s right option found, %(wrong)s wrong chosen."),
    gettext_noop("%(right)s of %(total)s right option found."),
    gettext_noop("%(right)s of %(total)s right options found, %(wrong)s wrong chosen."),
    gettext_noop("%(right)s of %(total)s right options found."),
    gettext_noop("%(right)s of %(total)s pairs are right."),
    gettext_noop("%(right)s of %(total)s cells are right."),
    gettext_noop("%(right)s of %(total)s lines are in the right order, %(shifted)s of them indented wrongly."),
    gettext_noop(
        "%(right)s of %(total)s lines are in the right order, %(shifted)s of them indented wrongly, one line belongs "
        "nowhere."
    ),
    gettext_noop(
        "%(right)s of %(total)s lines are in the right order, %(shifted)s of them indented wrongly, %(strangers)s "
        "lines belong nowhere."
    ),
    gettext_noop("%(right)s of %(total)s lines are in the right order, one line belongs nowhere."),
    gettext_noop("%(right)s of %(total)s lines are in the right order, %(strangers)s lines belong nowhere."),
    gettext_noop("%(right)s of %(total)s lines are in the right order."),
    gettext_noop("This line is out of order."),
    gettext_noop("The place is right, the indentation is not."),
    gettext_noop("The sign is wrong."),
    gettext_noop("Close."),
    gettext_noop("Right as far as it goes, but %(figures)s significant figures were asked for."),
    gettext_noop("Right; it is written “%(answer)s”."),
    gettext_noop("The result has %(right)s dimension, your answer %(given)s."),
    gettext_noop("The result has %(right)s dimensions, your answer %(given)s."),
    gettext_noop("Your formula has no real value at %(point)s, where the answer has one."),
    gettext_noop("It has another value than the answer at %(point)s."),
)
HOLE = re.compile(r"%\((\w+)\)s")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each sentence, and what it looks like with its values: numbers, or what was written."""
    return tuple((said, re.compile(_filled(said))) for said in SENTENCES)


def _filled(said: str) -> str:
    texts = {"answer", "point"}
    pieces = HOLE.split(said)
    named = [f"(?P<{name}>{'.+' if name in texts else '[0-9]+'})" for name in pieces[1::2]]
    return "".join(re.escape(text) + name for text, name in zip(pieces[::2], [*named, ""], strict=True))


def remark(message: str) -> str:
    """What a message says beyond the verdict, as Markdown; empty where it says nothing else."""
    rest = _rest(message)
    return translated(rest) or rest


def is_content(message: str) -> bool:
    """Whether what a message says beyond the verdict is the author's."""
    rest = _rest(message)
    return bool(rest) and translated(rest) is None


def whole(message: str) -> str:
    """The message with its verdict."""
    found = VERDICT.match(message)
    if found is None:
        return remark(message)
    said = _(found["verdict"])
    # In English it is one sentence, and whole.
    return message if said == found["verdict"] else f"{said}. {remark(message)}".rstrip()


def translated(sentence: str) -> str | None:
    """A sentence of scoring's in the reader's language; None where it is none."""
    for said, pattern in _patterns():
        if found := pattern.fullmatch(sentence):
            return _(said) % found.groupdict()
    return None


def _rest(message: str) -> str:
    found = VERDICT.match(message)
    rest = message[found.end() :] if found else message
    return rest[:1].upper() + rest[1:]
