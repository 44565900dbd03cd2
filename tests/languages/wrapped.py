"""What a template says outside of `{% translate %}` and `{% blocktranslate %}`."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.template.base import Lexer, TokenType

# Attributes that are read out or shown.
SAID = ("aria-label", "title", "placeholder", "alt", "aria-description", "data-confirm", "label")
# Nobody translates what these hold.
VERBATIM = ("script", "style", "code", "pre", "kbd", "samp", "var")
# Names, units and addresses are the same in every language.
SAME = re.compile(
    r"StudyHub|GitHub|Google|JupyterLite|Jupyter|Colab|Kaggle|Python|NumPy|Prometheus|CSV|JSON|HTML|SVG|PDF|LTI|URL|API|"
    r"OpenAPI|QR|GPU|CPU|GiB|MiB|KiB|kB|MB|GB|ms|min|px|&\w+;|&#\w+;|https?://\S+"
)
# A page names classes of its frame in these blocks of base.html.
CLASSES = {"accent", "width"}
WORD = re.compile(r"[^\W\d_]{2,}")
HOLE = "\x00"  # where a variable stands


def templates() -> list[Path]:
    """Every template of ours, but for those that only developers see."""
    found = [*settings.BASE_DIR.glob("apps/*/templates/**/*"), *settings.BASE_DIR.glob("studyhub/templates/**/*")]
    return sorted(path for path in found if path.suffix in {".html", ".txt"} and path.name != "styleguide.html")


class Reader(HTMLParser):
    """Collects texts, and attributes that are said."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.said: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        self.said += [words[name] or "" for name in SAID if name in words]
        if tag == "input" and words.get("type") in {"submit", "button"}:
            self.said.append(words.get("value") or "")
        if tag in VERBATIM or (tag not in {"input", "img", "br"} and words.get("translate") == "no"):
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(data)


def unwrapped(source: str) -> list[str]:
    """The texts of the template `source` that stay English in every language."""
    pieces, translated, silent = [], False, False
    for token in Lexer(source).tokenize():
        name = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if name in {"blocktranslate", "blocktrans"}:
            translated = True
        elif name in {"endblocktranslate", "endblocktrans"}:
            translated = False
        elif name in {"comment", "verbatim"} or (name == "block" and token.contents.split()[1] in CLASSES):
            silent = True
        elif name in {"endcomment", "endverbatim", "endblock"}:
            silent = False
        elif token.token_type == TokenType.TEXT and not translated and not silent:
            pieces.append(token.contents)
        elif token.token_type == TokenType.VAR:
            pieces.append(HOLE)
    reader = Reader()
    reader.feed("".join(pieces))
    reader.close()
    texts = (" ".join(SAME.sub(" ", text.replace(HOLE, " ")).split()) for text in reader.said)
    return [text for text in texts if WORD.search(text)]
