"""Reads formulas as people type them, strictly and within bounds. Nothing is evaluated but constants, as floats.

    sum      := product (("+" | "-") product)*
    product  := factor (("*" | "/" | nothing) factor)*         nothing: 2x, x(x + 1), but not x 2
    factor   := ("+" | "-") factor | atom ("^" factor)?        so -x^2 is -(x^2), and 2^3^2 is 2^(3^2)
    atom     := number | name | function "(" sum ("," sum)* ")" | "(" sum ")" | "[" sum "]"

Imports no Django and no SymPy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from apps.quizzes.latex import GREEK, to_latex, variable_latex
from apps.quizzes.results import clean, refuse
from apps.quizzes.trees import CONSTANTS, FUNCTIONS, Binary, Call, Name, Negative, Number, Tree, evaluate, names, walk
from studyhub.saying import gettext as _

__all__ = ["read_expression", "to_latex", "variable_latex"]

MAX_LENGTH = 300
MAX_TOKENS = 150
MAX_DEPTH = 25
MAX_DIGITS = 15
MAX_EXPONENT = 100
# Powers in exponents of powers: x^x^x is two.
MAX_TOWER = 2

# Characters that mean the same as others; what is neither here nor in ASCII is refused.
SAME = {
    **{mark: "*" for mark in "×·⋅∗"},
    **{mark: "-" for mark in "−–"},
    **{mark: "/" for mark in "÷∕⁄"},
    **{mark: " " for mark in "\t\n\r\u00a0\u2009\u202f"},
    **{mark: f" {name} " for mark, name in GREEK.items()},
    "µ": " mu ",
    "ϵ": " epsilon ",
    "√": " sqrt ",
}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
TOKEN = re.compile(
    r" *(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)?)"
    r"|(?P<sign>\*\*|[-+*/^(),\[\]]))",
    re.ASCII,
)
# e of 2e is the constant: a number has an exponent only where digits follow, which TOKEN sees to.


@dataclass(frozen=True)
class Token:
    """A number, a name or a sign, and at which character, from 1, of what was typed it begins."""

    kind: str
    text: str
    at: int


def read_expression(text: str, variables: Collection[str]) -> Tree:
    """The formula in `text` over the variables of the question.

    Raises UnreadableError, saying what is wrong and where, for whatever is not a formula, or is longer, deeper or
    larger than any answer needs to be. The length is bounded before anything else is looked at.
    """
    if len(text) > MAX_LENGTH:
        said = _("The formula is %(length)s characters long. It needs no more than %(most)s.")
        refuse(said % {"length": len(text), "most": MAX_LENGTH})
    tokens = _tokens(text, variables)
    if not tokens:
        refuse(_("The field is empty. Type a formula."))
    if len(tokens) > MAX_TOKENS:
        said = _("The formula has %(parts)s parts. It needs no more than %(most)s.")
        refuse(said % {"parts": len(tokens), "most": MAX_TOKENS})
    tree = _Reader(tokens, variables, len(text)).read()
    _check_size(tree)
    return tree


def _plain_text(text: str) -> tuple[str, list[int]]:
    """The text in ASCII, and for each of its characters the place, from 1, that it stands for in what was typed."""
    plain: list[str] = []
    places: list[int] = []
    raised = False
    for place, mark in enumerate(text, start=1):
        if mark in SUPERSCRIPTS:
            same = ("" if raised else "^") + SUPERSCRIPTS[mark]
        elif mark in SAME:
            same = SAME[mark]
        elif mark.isascii() and (mark.isprintable()):
            same = mark
        else:
            name = unicodedata.name(mark, f"U+{ord(mark):04X}").lower()
            said = _("The character %(mark)s (%(name)s), number %(place)s, can't be read here. Type it another way.")
            refuse(said % {"mark": clean(mark) or "?", "name": name, "place": place})
        raised = mark in SUPERSCRIPTS
        plain.append(same)
        places += [place] * len(same)
    return "".join(plain), places


def _tokens(text: str, variables: Collection[str]) -> list[Token]:
    plain, places = _plain_text(text)
    tokens: list[Token] = []
    position = 0
    end = len(plain.rstrip())
    while position < end:
        found = TOKEN.match(plain, position)
        if found is None:
            at = position + len(plain[position:]) - len(plain[position:].lstrip(" "))
            said = _("“%(mark)s” at character %(place)s can't be read.") % {"mark": plain[at], "place": places[at]}
            refuse(f"{said} {_advice(plain[at])}".rstrip())
        kind = found.lastgroup or ""
        at = places[found.start(kind)]
        word = found[kind]
        if kind == "name":
            tokens += [Token("name", part, at + offset) for part, offset in _known(word, at, variables)]
        else:
            tokens.append(Token(kind, "^" if word == "**" else word, at))
        position = found.end()
    return tokens


def _advice(mark: str) -> str:
    advice = {
        "{": _("Use round brackets."),
        "}": _("Use round brackets."),
        "|": _("Write abs(x) for |x|."),
        "=": _("Write only what stands right of the equals sign."),
        "!": _("Factorials are not understood here."),
        "'": _("Derivatives are not understood here: write the function itself."),
        "_": _("An index follows a letter, as in w_1."),
        "\\": _("Write plain text, not LaTeX: 1/2, sqrt(x)."),
    }
    return advice.get(mark, "")


def _known(word: str, at: int, variables: Collection[str]) -> list[tuple[str, int]]:
    """The word itself where it is known, else the known names that it is made of: xy is x y, xsin is x sin."""
    known = {*variables, *FUNCTIONS, *CONSTANTS}
    if word in known:
        return [(word, 0)]
    # Which names make up the first n characters; the longest name that ends there goes first.
    made: list[list[tuple[str, int]] | None] = [[]] + [None] * len(word)
    for stop in range(1, len(word) + 1):
        for start in range(stop):
            before = made[start]
            if before is not None and word[start:stop] in known:
                made[stop] = [*before, (word[start:stop], start)]
                break
    found = made[-1]
    if found is None:
        said = _("“%(word)s” at character %(place)s is not known here. The variables are: %(variables)s.")
        said %= {"word": clean(word), "place": at, "variables": ", ".join(variables)}
        refuse(f"{said} {_digits(word, known)}".rstrip())
    return found


def _digits(word: str, known: Collection[str]) -> str:
    stem = word.rstrip("0123456789")
    digits = word[len(stem) :]
    if stem not in known or not digits:
        return ""
    return _("Write %(power)s for a power, %(product)s for a product.") % {
        "power": f"{stem}^{digits}",
        "product": f"{digits}{stem}",
    }


class _Reader:
    """Recursive descent, its depth bounded."""

    def __init__(self, tokens: list[Token], variables: Collection[str], length: int) -> None:
        self.tokens, self.variables, self.length = tokens, variables, length
        self.next, self.depth = 0, 0

    def read(self) -> Tree:
        tree = self.sum()
        if token := self.peek():
            if token.text in {")", "]"}:
                refuse(_("The bracket %(sign)s at character %(place)s was never opened.") % _at(token))
            refuse(_("“%(sign)s” at character %(place)s does not fit there. Is a sign missing before it?") % _at(token))
        return tree

    def peek(self) -> Token | None:
        return self.tokens[self.next] if self.next < len(self.tokens) else None

    def take(self, *texts: str) -> Token | None:
        """The next token, where it is one of these signs."""
        token = self.peek()
        if token and token.kind == "sign" and token.text in texts:
            self.next += 1
            return token
        return None

    def sum(self) -> Tree:
        tree = self.product()
        while token := self.take("+", "-"):
            tree = Binary(token.text, tree, self.product())
        return tree

    def product(self) -> Tree:
        tree = self.factor()
        while True:
            if token := self.take("*", "/"):
                tree = Binary(token.text, tree, self.factor())
            elif (token := self.peek()) and (token.kind == "name" or token.text in {"(", "["}):
                tree = Binary("*", tree, self.factor())
            else:
                return tree

    def factor(self) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            token = self.peek()
            at = token.at if token else self.length
            said = _("The formula is nested more than %(most)s levels deep at character %(place)s.")
            refuse(said % {"most": MAX_DEPTH, "place": at})
        if token := self.take("-", "+"):
            tree = self.factor()
            tree = Negative(tree) if token.text == "-" else tree
        else:
            tree = self.atom()
            if self.take("^"):
                tree = Binary("^", tree, self.factor())
        self.depth -= 1
        return tree

    def atom(self) -> Tree:
        token = self.peek()
        if token is None:
            refuse(_("The formula ends where something must follow. Add it, or take the last sign away."))
        self.next += 1
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            if token.text in self.variables or (token.text in CONSTANTS and token.text not in FUNCTIONS):
                return Name(token.text)
            return self.call(token)
        if token.text in {"(", "["}:
            tree = self.sum()
            self.close(token)
            return tree
        refuse(_("“%(sign)s” at character %(place)s has nothing before it that it could belong to.") % _at(token))

    def number(self, token: Token) -> Number:
        mantissa, _e, exponent = token.text.lower().partition("e")
        if sum(mark.isdigit() for mark in mantissa) > MAX_DIGITS or abs(int(exponent or "0")) > MAX_EXPONENT:
            refuse(_("The number at character %(place)s is larger or longer than any answer needs.") % _at(token))
        return Number(Fraction(token.text), token.text)

    def call(self, token: Token) -> Call:
        name = token.text
        opened = self.take("(", "[")
        if opened is None:
            follows = self.peek()
            if follows and follows.text == "^":
                said = _("Write the power of %(sign)s at character %(place)s behind its bracket, as in %(sign)s(x)^2.")
                refuse(said % _at(token))
            refuse(_("%(sign)s at character %(place)s needs brackets, as in %(sign)s(x).") % _at(token))
        arguments = [self.sum()]
        while self.take(","):
            arguments.append(self.sum())
        self.close(opened)
        _function, least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            counts = _at(token) | {"least": least, "most": most, "given": len(arguments)}
            if least == most:
                refuse(_("%(sign)s at character %(place)s takes %(most)s values, here it has %(given)s.") % counts)
            said = _("%(sign)s at character %(place)s takes %(least)s to %(most)s values, here it has %(given)s.")
            refuse(said % counts)
        return Call(name, tuple(arguments))

    def close(self, opened: Token) -> None:
        wanted = ")" if opened.text == "(" else "]"
        if self.take(wanted):
            return
        token = self.peek()
        if token is None:
            refuse(_("The bracket %(sign)s at character %(place)s is never closed.") % _at(opened))
        said = _("“%(sign)s” at character %(place)s does not fit there. Is a %(wanted)s or a sign missing?")
        refuse(said % (_at(token) | {"wanted": wanted}))


def _at(token: Token) -> dict[str, Any]:
    """A token and its place, to be named in a refusal."""
    return {"sign": clean(token.text), "place": token.at}


def _check_size(tree: Tree) -> None:
    """No power of numbers is out of range, and no tower of powers is high: what would take for ever is not begun."""
    if _tower(tree) > MAX_TOWER:
        refuse(_("Powers stand in exponents of exponents. No answer needs that: write it another way."))
    for node in walk(tree):
        if not isinstance(node, Binary) or node.sign != "^":
            continue
        if not names(node.right) - CONSTANTS.keys():
            exponent = evaluate(node.right, {})
            if exponent is None or abs(exponent) > MAX_EXPONENT:
                said = _("There is an exponent beyond %(most)s. No answer needs one as large.")
                refuse(said % {"most": MAX_EXPONENT})
        if not names(node) - CONSTANTS.keys() and not evaluate(node, {}) and evaluate(node.left, {}) != 0:
            refuse(_("There is a power of numbers that has no value, or one out of range. Write a smaller one."))


def _tower(tree: Tree) -> int:
    """How high powers stand in exponents of powers, exponentials among them."""
    match tree:
        case Binary("^", left, right):
            return max(_tower(left), _tower(right) + 1)
        case Call("exp", arguments):
            return max(_tower(argument) + 1 for argument in arguments)
        case Number() | Name():
            return 0
        case Negative(of):
            return _tower(of)
        case Binary(_, left, right):
            return max(_tower(left), _tower(right))
        case Call(_, arguments):
            return max(_tower(argument) for argument in arguments)
