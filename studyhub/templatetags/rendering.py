"""Markdown to clean HTML. Formulas stay text, marked for KaTeX, so that a page reads well without JavaScript too.

Pictures are left out: a page loads nothing from elsewhere.
"""

from __future__ import annotations

from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "strong", "em", "s", "code"),
    *("pre", "a", "table", "thead", "tbody", "tr", "th", "td", "span", "div", "sub", "sup"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "span": {"class"},
    "div": {"class"},
    "code": {"class"},
}


def _formula(content: str, options: dict[str, Any]) -> str:
    """The formula in the delimiters that studyhub/static/js/math.js looks for."""
    if options["display_mode"]:
        return f'<span class="math-display">\\[{escape(content.strip())}\\]</span>'
    return f'<span class="math-inline">\\({escape(content.strip())}\\)</span>'


_parser = (
    MarkdownIt("commonmark", {"html": False, "typographer": True})
    .enable(["table", "strikethrough", "smartquotes"])
    .use(dollarmath_plugin, allow_space=False, double_inline=True, renderer=_formula)
)


def _clean(html: str) -> SafeString:
    return mark_safe(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https", "http", "mailto"}))  # noqa: S308


def render_markdown(text: str) -> SafeString:
    """HTML of a whole text."""
    return _clean(_parser.render(text or ""))


def render_inline(text: str) -> SafeString:
    """HTML of one line, without a paragraph around it."""
    return _clean(_parser.renderInline(text or ""))
