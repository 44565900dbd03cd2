"""Code cells as HTML for the frame. Imports no Django.

Pygments has a class for each kind of token, and nbconvert writes all of them: pictures aside, two fifths of a page were
spans to which frame.css gives no colour. Neighbours of one colour share a span, and what has none stands as it is.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

# Characters of a line that fit into the frame beside the outline; a longer one is scrolled, where it is not wrapped.
WIDTH = 56


class Lister:
    """nbconvert's filter for code; `coloured` are the classes that the style sheet knows."""

    def __init__(self, coloured: set[str]) -> None:
        self.coloured = coloured
        try:
            self.lexer = get_lexer_by_name("ipython3")
        except ClassNotFound:  # where no kernel is installed
            self.lexer = get_lexer_by_name("python3")

    def __call__(self, source: str, language: str | None = None, metadata: Any = None) -> str:
        """Called by nbconvert's template for each code cell. What is scrolled can be reached by keyboard."""
        name = html.escape(str((metadata or {}).get("studyhub", {}).get("code", "")))
        is_long = any(len(line) > WIDTH for line in source.splitlines())
        reached = f' tabindex="0" role="group" aria-label="{name}"' if is_long else ""
        return f'<div class="highlight"><pre{reached}>{"".join(self._spans(source))}</pre></div>'

    def _spans(self, source: str) -> Iterator[str]:
        tokens = ((self._colour(kind), text) for kind, text in self.lexer.get_tokens(source))
        for colour, same in groupby(tokens, key=lambda token: token[0]):
            text = html.escape("".join(part for _, part in same), quote=False)
            yield f'<span class="{colour}">{text}</span>' if colour else text

    def _colour(self, kind: Any) -> str:
        """The class of a token, or that of what it is a kind of; none where the style sheet knows neither."""
        while kind is not None:
            name = STANDARD_TYPES.get(kind, "")
            if name in self.coloured:
                return name
            kind = kind.parent
        return ""
