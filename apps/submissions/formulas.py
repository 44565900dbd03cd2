"""Formulas as MathML, for a page on which no script may typeset them. Imports no Django.

MathML is plain markup that browsers lay out by themselves, so it needs no right that the frame doesn't have.
"""

from __future__ import annotations

import html
import logging
import time
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

logger = logging.getLogger(__name__)
# A formula longer than this stays as it was written; so do all once a page's formulas have taken so long.
CHARACTERS = 2000
PAGE_S = 2.0
# What one formula may grow to: a macro can be short and its markup long.
MARKUP = 60_000
# Signs that fit beside each other on a telephone; a longer formula of its own is scrolled there, by keyboard too.
SIGNS = 24


class Typesetter:
    """Typesets the formulas of one page. It never raises: what it can't set is left to the caller as None."""

    def __init__(self, page_s: float = PAGE_S) -> None:
        self.left_s = page_s

    def mathml(self, tex: str, *, display: bool) -> str | None:
        """The formula as a `<math>` element; None where it is too long, can't be parsed, or time is up."""
        if len(tex) > CHARACTERS or self.left_s <= 0 or not tex.strip():
            return None
        begun = time.perf_counter()
        try:
            markup = _written(convert_to_element(tex, display="block" if display else "inline"))
        except (
            Exception
        ) as error:  # a parser of a learner's text: whatever it stumbles over, the text is shown as it is
            logger.debug("A formula is shown as it was written: %s", error)
            return None
        finally:
            self.left_s -= time.perf_counter() - begun
        return markup if len(markup) <= MARKUP else None


def _written(formula: Element) -> str:
    """The element as HTML. The library leaves entities in its texts, and would write `<` of a text as markup."""
    formula.attrib.pop("xmlns", None)  # HTML knows where `<math>` belongs
    for element in formula.iter():
        element.text = html.unescape(element.text) if element.text else None
        element.tail = None
        element.attrib.pop("href", None)
    if formula.get("display") == "block" and len("".join(formula.itertext())) > SIGNS:
        formula.set("tabindex", "0")
    return tostring(formula, encoding="unicode")
