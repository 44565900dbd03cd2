"""`{% kept "name" a=b … %} … {% endkept %}`: a piece of a page that is rendered once for each set of values.

Inside it there is nothing but the values that are named: no reader, no request, no token of a form. So a piece can't
show one reader what is another's. The language counts as named. A date by the reader's clock would be the exception:
leave dates out.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from studyhub import kept

register = template.Library()
LANGUAGE = "kept: language"


class KeptNode(template.Node):
    """The block, with its name and the values that it depends on."""

    child_nodelists = ()  # a page is searched for blocks to fill each time it is rendered; here there are none

    def __init__(self, name: str, values: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.name = name
        self.values = values
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """Called by Django. Raises TypeError for a value that is not hashable."""
        values: dict[str, Any] = {name: value.resolve(context) for name, value in self.values.items()}
        return kept.kept(
            (self.name, _language(context), *values.values()),
            lambda: self.nodelist.render(context.new(values)),
        )


def _language(context: Context) -> str | None:
    """The language that is spoken: asked for once for each page, which has a score of pieces."""
    if LANGUAGE not in context.render_context:
        context.render_context[LANGUAGE] = get_language()
    language: str | None = context.render_context[LANGUAGE]
    return language


@register.tag("kept")
def do_kept(parser: Parser, token: Token) -> KeptNode:
    """Called by Django for each such block of a template."""
    tag, *words = token.split_contents()
    if not words or words[0][0] not in "\"'":
        raise template.TemplateSyntaxError(f"{tag} begins with the name of the piece, in quotation marks.")
    rest = words[1:]
    values = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"{tag} takes name=value only; {rest[0]!r} is none.")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(words[0][1:-1], values, nodelist)
