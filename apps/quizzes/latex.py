"""A formula's tree as LaTeX: how it was understood. Imports no Django, and no SymPy."""

from __future__ import annotations

import re
import unicodedata

from apps.quizzes.trees import Binary, Call, Name, Negative, Number, Tree

# Small Greek letters, and the names by which they are typed.
GREEK = {mark: unicodedata.name(mark).split()[-1].lower() for mark in "αβγδεζηθικμνξπρστυφχψω"} | {"λ": "lambda"}
LETTERS = frozenset(GREEK.values()) | {"Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"}
# What KaTeX and LaTeX have a command for; other names are set upright.
COMMANDS = frozenset(["exp", "ln", "sin", "cos", "tan", "sinh", "cosh", "tanh", "min", "max"])
NAMED = {
    "log": r"\ln",
    "log2": r"\log_2",
    "log10": r"\log_{10}",
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
    "relu": r"\operatorname{ReLU}",
    "sigmoid": r"\operatorname{sigmoid}",
    "sign": r"\operatorname{sign}",
}
# How strongly each kind of node holds together.
SUM, PRODUCT, FRACTION, POWER, ATOM = range(5)


def variable_latex(name: str) -> str:
    """A variable's name: `eta` is \\eta, `w_1` is w_{1}, `rate` is set upright."""
    stem, _, index = name.partition("_")
    if stem in LETTERS:
        shown = "\\" + stem
    elif match := re.fullmatch(r"([A-Za-z])(\d+)", stem):
        shown, index = match[1], ",".join(filter(None, [match[2], index]))
    else:
        shown = stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    if not index:
        return shown
    below = (
        "\\" + index if index in LETTERS else index if len(index) == 1 or index[0].isdigit() else rf"\mathrm{{{index}}}"
    )
    return f"{shown}_{{{below}}}"


def to_latex(tree: Tree) -> str:
    """LaTeX that shows how the formula was understood: fractions as such, brackets where they are needed."""
    return _write(tree)[0]


def _write(tree: Tree) -> tuple[str, int]:
    """The LaTeX, and how strongly it holds together."""
    match tree:
        case Number(_, text):
            mantissa, _, exponent = text.lower().partition("e")
            return (rf"{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT) if exponent else (mantissa, ATOM)
        case Name(name):
            return variable_latex(name), ATOM
        case Negative(of):
            return f"-{_at_least(of, PRODUCT)}", PRODUCT
        case Call("sqrt", (inner,)):
            return rf"\sqrt{{{to_latex(inner)}}}", ATOM
        case Call("abs", (inner,)):
            return rf"\left|{to_latex(inner)}\right|", ATOM
        case Call(function, arguments):
            listed = ", ".join(to_latex(argument) for argument in arguments)
            name = "\\" + function if function in COMMANDS else NAMED[function]
            return rf"{name}\left({listed}\right)", POWER
        case Binary("/", left, right):
            return rf"\frac{{{to_latex(left)}}}{{{to_latex(right)}}}", FRACTION
        case Binary("^", left, right):
            return f"{_at_least(left, ATOM)}^{{{to_latex(right)}}}", POWER
        case Binary("*", left, right):
            before, after = _at_least(left, PRODUCT, leading=True), _at_least(right, FRACTION)
            dot = after[0].isdigit() or after.startswith((r"\frac", "."))
            return (rf"{before} \cdot {after}" if dot else rf"{before} \, {after}"), PRODUCT
        case Binary(sign, left, right):
            return f"{to_latex(left)} {sign} {_at_least(right, PRODUCT if sign == '-' else SUM)}", SUM


def _at_least(tree: Tree, strength: int, *, leading: bool = False) -> str:
    """The tree, in brackets where it holds together less than `strength`, or has a sign and is not `leading`."""
    text, own = _write(tree)
    if own >= strength and (leading or not text.startswith("-")):
        return text
    return rf"\left({text}\right)"
