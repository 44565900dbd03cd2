"""Runs inside a sandbox of its own: SymPy evaluates one formula at some points. Its text is handed to `python -c`.

The formula comes as a tree of JSON, the points as decimal numbers; what goes back is JSON too. Nothing is parsed as
code. The arguments are the limits, as JSON, and for how many seconds to wait for a formula; 0: it is there already.
"""

import contextlib
import json
import os
import resource
import select
import signal
import sys
from typing import Any

for name, value in {"CORE": 0, **json.loads(sys.argv[1])}.items():
    resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))

import sympy  # noqa: E402 - after the limits

DIGITS = 30
SIMPLIFY_S = 1
MAX_SIMPLIFIED = 2000

FUNCTIONS = {
    "sqrt": sympy.sqrt,
    "exp": sympy.exp,
    "ln": sympy.log,
    "log": sympy.log,
    "log2": lambda x: sympy.log(x, 2),
    "log10": lambda x: sympy.log(x, 10),
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "relu": lambda x: sympy.Max(x, 0),
    "min": sympy.Min,
    "max": sympy.Max,
}
CONSTANTS = {"pi": sympy.pi, "e": sympy.E}


def build(tree: Any, symbols: Any) -> Any:
    """The SymPy expression of a tree."""
    head, *rest = tree
    if head == "number":
        return sympy.Rational(rest[0])
    if head == "name":
        return symbols[rest[0]] if rest[0] in symbols else CONSTANTS[rest[0]]
    if head == "call":
        function, arguments = FUNCTIONS[rest[0]], [build(argument, symbols) for argument in rest[1:]]
        try:
            return function(*arguments)
        except (ValueError, TypeError, ArithmeticError):
            return sympy.nan  # the larger of i and 0, for instance
    values = [build(argument, symbols) for argument in rest]
    if head == "-":
        return -values[0] if len(values) == 1 else values[0] - values[1]
    a, b = values
    return a + b if head == "+" else a * b if head == "*" else a / b if head == "/" else a**b


def value_at(expression: Any, point: dict[str, str], symbols: Any) -> str | None:
    """The value as text with DIGITS digits; None where it is not a finite real number."""
    try:
        # Exactly: where a denominator is 0 it must not be almost 0.
        value = expression.subs({symbols[name]: sympy.Rational(x) for name, x in point.items()}).evalf(DIGITS)
        real, imaginary = value.as_real_imag()
        if not (real.is_number and real.is_finite and imaginary.is_number):
            return None
        if abs(imaginary) > abs(real) * sympy.Float("1e-15") + sympy.Float("1e-15"):
            return None
        return str(sympy.Float(real, DIGITS))
    except (ValueError, TypeError, ArithmeticError):
        # Max and Min refuse what has no order, such as the root of a negative number: it has no value there.
        return None


class TooLong(BaseException):
    """Simplifying took its time."""


def stop(signum: int, frame: Any) -> None:
    """Called by the alarm."""
    raise TooLong


def simplified(expression: Any) -> str:
    """LaTeX of the simplified expression, or an empty text where that takes long or is long."""
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SIMPLIFY_S)
    with contextlib.suppress(TooLong, Exception):
        text: str = sympy.latex(sympy.simplify(expression))
        return text if len(text) <= MAX_SIMPLIFIED else ""
    return ""


def rehearse() -> None:
    """Use once what every formula uses: much of SymPy is loaded only then."""
    x = sympy.Symbol("x", real=True)
    expression = build(["+", ["^", ["call", "sin", ["name", "x"]], ["number", "2"]], ["number", "1/2"]], {"x": x})
    value_at(expression, {"x": "0.5"}, {"x": x})
    simplified(expression)
    signal.setitimer(signal.ITIMER_REAL, 0)


def wait(seconds: float) -> None:
    """Return once a formula has come; end where none does, or where the worker is gone."""
    if not select.select([sys.stdin], [], [], seconds)[0]:
        sys.exit(0)


def main() -> None:
    """Read the task from standard input, write the values, then what simplifying found, a line of JSON each."""
    if idle_s := float(sys.argv[2]):
        rehearse()
        wait(idle_s)
    text = sys.stdin.read()
    if not text:
        sys.exit(0)
    task = json.loads(text)
    symbols = {name: sympy.Symbol(name, real=True) for name in task["points"][0]}
    expression = build(json.loads(task["tree"]), symbols)
    say([value_at(expression, point, symbols) for point in task["points"]])
    found = simplified(expression)
    signal.setitimer(signal.ITIMER_REAL, 0)
    say(found)


def say(value: Any) -> None:
    """Write a line of JSON, at once."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


main()
# All has been said: what Python would tidy up is thrown away with the sandbox.
os._exit(0)
