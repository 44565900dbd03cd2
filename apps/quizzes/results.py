"""What comes of reading a response: a score, or that it is unreadable, or that the sandbox must say. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from studyhub.saying import gettext as _

# A response: plain JSON; scoring.py says of which form for each kind.
Response = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One option, pair, line or cell of a response: what it is about, whether it is right, and why (Markdown).

    `key` is the author's side of it and stays the same for all seeds; `chosen` is whether the learner chose it.
    """

    key: str
    label: str
    right: bool
    chosen: bool = True
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a response is worth: `share` is in [0, 1], hints not yet counted.

    `message` says in Markdown how it went, without the question's own explanation; `understood` is how the response was
    read, as text (for an expression as LaTeX); `chosen` are keys of what was chosen, for the analysis of questions:
    options, regions, or the mistake that it is ("mistake-0").
    """

    share: float
    message: str
    understood: str = ""
    parts: tuple[Part, ...] = ()
    chosen: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether nothing is missing."""
        return self.share >= 1


@dataclass(frozen=True)
class Unreadable:
    """A response that can't be read: no answer, costs nothing, and `message` says what to change."""

    message: str


@dataclass(frozen=True, kw_only=True)
class Undecided:
    """An expression that has been read; whether it is right, the sandbox helps to say (see equality.py).

    `canonical` is the expression for the sandbox, `understood` is LaTeX.
    """

    canonical: str
    understood: str


class UnreadableError(ValueError):
    """Raised while a response is read; becomes an Unreadable."""


def refuse(message: str) -> NoReturn:
    """Stop reading a response."""
    raise UnreadableError(message)


def clean(text: str, at_most: int = 40) -> str:
    """What a learner wrote, to quote it in a message: one line, printable, not long."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * at_most]).split())
    return shown if len(shown) <= at_most else shown[: at_most - 1] + "…"


def text_of(response: Response, at_most: int = 200) -> str:
    """The `text` of a response."""
    text = response.get("text")
    if not isinstance(text, str):
        refuse(_("The answer did not arrive as text. Type it into the field."))
    if len(text) > at_most:
        said = _("The answer is %(length)s characters long. It needs no more than %(most)s.")
        refuse(said % {"length": len(text), "most": at_most})
    if not text.strip():
        refuse(_("The field is empty. Type an answer."))
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text) or "\0" in text:
        refuse(_("The answer holds characters that are no text. Type it again."))
    return text
