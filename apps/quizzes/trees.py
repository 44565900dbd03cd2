"""Formulas as trees: their nodes, their canonical text, and their value as floats. Imports no Django, and no SymPy."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Number:
    """A number as it was written."""

    value: Fraction
    text: str


@dataclass(frozen=True)
class Name:
    """A variable, or a constant such as pi."""

    name: str


@dataclass(frozen=True)
class Negative:
    """A minus sign in front."""

    of: Tree


@dataclass(frozen=True)
class Binary:
    """Two trees joined by one of + - * / ^."""

    sign: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Call:
    """A function of one or more trees."""

    function: str
    arguments: tuple[Tree, ...]


Tree = Number | Name | Negative | Binary | Call

CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


# Name, then how many arguments it takes at least and at most.
FUNCTIONS: dict[str, tuple[Callable[..., float], int, int]] = {
    "sqrt": (math.sqrt, 1, 1),
    "exp": (math.exp, 1, 1),
    "ln": (math.log, 1, 1),
    "log": (math.log, 1, 1),
    "log2": (math.log2, 1, 1),
    "log10": (math.log10, 1, 1),
    "sin": (math.sin, 1, 1),
    "cos": (math.cos, 1, 1),
    "tan": (math.tan, 1, 1),
    "asin": (math.asin, 1, 1),
    "acos": (math.acos, 1, 1),
    "atan": (math.atan, 1, 1),
    "sinh": (math.sinh, 1, 1),
    "cosh": (math.cosh, 1, 1),
    "tanh": (math.tanh, 1, 1),
    "abs": (abs, 1, 1),
    "sign": (_sign, 1, 1),
    "sigmoid": (_sigmoid, 1, 1),
    "relu": (lambda x: max(x, 0.0), 1, 1),
    "min": (min, 2, 4),
    "max": (max, 2, 4),
}


def children(tree: Tree) -> tuple[Tree, ...]:
    """The trees directly below."""
    match tree:
        case Negative(of):
            return (of,)
        case Binary(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and all below it."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def names(tree: Tree) -> set[str]:
    """The variables and constants in it."""
    return {node.name for node in walk(tree) if isinstance(node, Name)}


def canonical(tree: Tree) -> str:
    """The tree as JSON text, the same for whatever was read the same.

    `["+", a, b]`, `["-", a]`, `["call", "sin", a]`, `["name", "x"]`, `["number", "3/2"]`.
    """
    return json.dumps(_plain(tree), separators=(",", ":"))


def _plain(tree: Tree) -> list[Any]:
    match tree:
        case Number(value, _):
            return ["number", str(value)]
        case Name(name):
            return ["name", name]
        case Negative(of):
            return ["-", _plain(of)]
        case Binary(sign, left, right):
            return [sign, _plain(left), _plain(right)]
        case Call(function, arguments):
            return ["call", function, *(_plain(argument) for argument in arguments)]


def evaluate(tree: Tree, values: Mapping[str, float]) -> float | None:
    """The value where the variables have `values`, in double precision; None where it has none, or is out of range."""
    try:
        value = _evaluate(tree, values)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _evaluate(tree: Tree, values: Mapping[str, float]) -> float:
    match tree:
        case Number(value, _):
            return float(value)
        case Name(name):
            return values[name] if name in values else CONSTANTS[name]
        case Negative(of):
            return -_evaluate(of, values)
        case Call(function, arguments):
            return FUNCTIONS[function][0](*(_evaluate(argument, values) for argument in arguments))
        case Binary(sign, left, right):
            a, b = _evaluate(left, values), _evaluate(right, values)
            match sign:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return a * b
                case "/":
                    return a / b
                case _:
                    return math.pow(a, b)
