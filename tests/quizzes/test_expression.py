"""Formulas: how they are read, how they are shown, and what attacks on the field come to."""

from __future__ import annotations

import json
import math
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.quizzes.expression import MAX_DEPTH, MAX_LENGTH, read_expression, to_latex, variable_latex
from apps.quizzes.results import UnreadableError
from apps.quizzes.trees import FUNCTIONS, Binary, Call, Name, Negative, Number, canonical, evaluate

VARIABLES = ("x", "y", "eta", "w_1")
POINT = {"x": 1.5, "y": -2.0, "eta": 0.1, "w_1": 3.0}
# More work than any of it takes, and far less than an attack would want.
SOON_S = 1.0


def value(text: str) -> float | None:
    return evaluate(read_expression(text, VARIABLES), POINT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2x", 3),
        ("2xy", -6),
        ("2x(x+1)", 7.5),
        ("(x+1)(x-1)", 1.25),
        ("-x^2", -2.25),
        ("2^3^2", 512),
        ("2**-1", 0.5),
        ("x^-1", 1 / 1.5),
        ("1/2x", 0.75),
        ("6/3/2", 1),
        ("x - y - 1", 2.5),
        ("−x·y ÷ 2", 1.5),
        ("x²", 2.25),
        ("x⁻¹", 1 / 1.5),
        ("2x²y", -9),
        ("ηx", 0.15),
        ("eta w_1", 0.3),
        ("√(x + 2.5)", 2),
        ("xsin(x)", 1.5 * math.sin(1.5)),
        ("e^x", math.exp(1.5)),
        ("2e", 2 * math.e),
        ("1e2x", 150),
        ("ln(e)", 1),
        ("log(e^2)", 2),
        ("max(x, y, 2)", 2),
        ("relu(y) + sigmoid(0)", 0.5),
        ("[x + 1]*2", 5),
        ("+x", 1.5),
        ("abs(y)^sign(x)", 2),
        ("sin(pi/2)", 1),
    ],
)
def test_formulas_mean_what_people_mean(text, expected):
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["1/(x - 1.5)", "ln(y)", "sqrt(y)", "y^0.5", "exp(exp(10 x))"])
def test_a_formula_without_a_value_has_none(text):
    assert value(text) is None


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("-2x exp(-x^2)", r"-2 \, x \, \exp\left(-x^{2}\right)"),
        ("1/2x", r"\frac{1}{2} \, x"),
        ("1/(2x)", r"\frac{1}{2 \, x}"),
        ("(x+1)^2", r"\left(x + 1\right)^{2}"),
        ("x-(y-1)", r"x - \left(y - 1\right)"),
        ("x*(-y)", r"x \, \left(-y\right)"),
        ("2*3", r"2 \cdot 3"),
        ("(-x)^2", r"\left(-x\right)^{2}"),
        ("sqrt(w_1)", r"\sqrt{w_{1}}"),
        ("abs(x)", r"\left|x\right|"),
        ("asin(x)", r"\arcsin\left(x\right)"),
        ("eta", r"\eta"),
        ("(x/y)^2", r"\left(\frac{x}{y}\right)^{2}"),
        ("-(-x)", r"-\left(-x\right)"),
    ],
)
def test_how_a_formula_was_understood_is_shown(text, latex):
    assert to_latex(read_expression(text, VARIABLES)) == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [("x", "x"), ("rate", r"\mathrm{rate}"), ("w_ij", r"w_{\mathrm{ij}}"), ("x_eta", r"x_{\eta}"), ("x1", "x_{1}")],
)
def test_names_are_set_as_in_books(name, latex):
    assert variable_latex(name) == latex


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "The field is empty"),
        ("   ", "The field is empty"),
        ("x +", "The formula ends where something must follow"),
        ("* x", "“*” at character 1 has nothing before it"),
        ("(x", "The bracket ( at character 1 is never closed"),
        ("x)", "The bracket ) at character 2 was never opened"),
        ("(x]", "“]” at character 3 does not fit there"),
        ("x 2", "“2” at character 3 does not fit there"),
        ("z", "“z” at character 1 is not known here. The variables are: x, y"),
        ("3 + x2", "Write x^2 for a power, 2x for a product"),
        ("sin x", "sin at character 1 needs brackets, as in sin(x)"),
        ("sin^2(x)", "behind its bracket, as in sin(x)^2"),
        ("sin(x, y)", "sin at character 1 takes 1 values, here it has 2"),
        ("max(x)", "takes 2 to 4 values"),
        ("y = x", "Write only what stands right of the equals sign"),
        ("|x|", "Write abs(x)"),
        (r"\frac{1}{2}", "Write plain text, not LaTeX"),
        ("x!", "Factorials"),
        ("x' + 1", "Derivatives"),
        ("x; y", "“;” at character 2 can't be read"),
        ("x ≤ y", "The character ≤ (less-than or equal to), number 3"),
    ],
)
def test_what_can_not_be_read_is_sent_back_with_what_and_where(text, advice):
    with pytest.raises(UnreadableError) as caught:
        read_expression(text, VARIABLES)
    assert advice in str(caught.value)


ATTACKS = {
    "import": "__import__('os').system('id')",
    "attribute": "x.__class__.__mro__",
    "lambda": "lambda: 0",
    "call": "eval(x)",
    "subscript": "x[0]",
    "string": "'a'*10",
    "huge power": "9**9**9",
    "huge power in brackets": "9^(9^9)",
    "power of powers": "(((((9^99)^99)^99)^99)^99)",
    "power of a small number": "((0.1^99)^99)^99",
    "tower": "x^x^x^x^x",
    "tower of exponentials": "exp(exp(exp(exp(x))))",
    "exponent from a function": "x^(exp(50))",
    "exponent beyond floats": "x^(9^99*9^99*9^99*9^99)",
    "huge number": "9" * 200,
    "huge exponent": "1e999999999",
    "deep brackets": "(" * 150 + "x" + ")" * 149,
    "deep minus": "-" * 200 + "x",
    "deep powers": "2^" * 100 + "2",
    "deep functions": "sin(" * 60 + "x" + ")" * 60,
    "long sum": "+".join(["x"] * 149),
    "long text": "x+" * 500_000 + "x",
    "long name": "x" * MAX_LENGTH,
    "long blanks": " " * MAX_LENGTH,
    "fullwidth letters": "ｅｘｅｃ(x)",
    "mathematical letters": "𝓮𝓿𝓪𝓵(x)",
    "cyrillic x": "2х",
    "combining marks": "x" + "\u0301" * 200,
    "right to left": "x\u202e+y",
    "zero width": "x\u200by",
    "null": "x\0y",
    "surrogate": "x\ud800",
    "superscript pile": "x" + "²" * 100,
    "arabic digits": "٣x",
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_ends_soon_in_a_clear_message_or_in_a_harmless_tree(text):
    started = time.thread_time()
    tree, message = None, ""
    try:
        tree = read_expression(text, VARIABLES)
    except UnreadableError as error:
        message = str(error)
    if tree is None:
        assert 10 < len(message) < 400
        assert message.isprintable()
    else:
        evaluate(tree, POINT)
        to_latex(tree)
        assert json.loads(canonical(tree))
    assert time.thread_time() - started < SOON_S


# x[0] is x times 0, and the learner sees so.
HARMLESS = {"long name", "long sum", "subscript"}


@pytest.mark.parametrize("name", sorted(ATTACKS.keys() - HARMLESS))
def test_an_attack_is_no_formula(name):
    with pytest.raises(UnreadableError):
        read_expression(ATTACKS[name], VARIABLES)


@given(st.text(max_size=60))
@settings(max_examples=400)
def test_any_text_is_a_formula_or_sent_back(text):
    try:
        tree = read_expression(text, VARIABLES)
    except UnreadableError:
        return
    to_latex(tree)
    evaluate(tree, POINT)


LEAVES = st.sampled_from([Name(name) for name in ("x", "y", "eta")]) | st.integers(1, 9).map(
    lambda n: Number(value=Fraction(n), text=str(n))
)
TREES = st.recursive(
    LEAVES,
    lambda below: (
        st.builds(Negative, below)
        | st.builds(Binary, st.sampled_from("+-*/"), below, below)
        | st.builds(lambda f, a: Call(f, (a,)), st.sampled_from(["sin", "exp", "sqrt", "sigmoid"]), below)
    ),
    max_leaves=8,
)


def typed(tree) -> str:
    match tree:
        case Number(_, text) | Name(text):
            return text
        case Negative(of):
            return f"(-{typed(of)})"
        case Binary(sign, left, right):
            return f"({typed(left)} {sign} {typed(right)})"
        case Call(function, (argument,)):
            return f"{function}({typed(argument)})"


@given(TREES)
def test_what_is_typed_is_the_tree_that_is_read(tree):
    try:
        read = read_expression(typed(tree), VARIABLES)
    except UnreadableError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert canonical(read) == canonical(tree)
    assert not refusal or "exponents of exponents" in refusal or str(MAX_DEPTH) in refusal


def test_every_function_has_its_latex():
    for name, (_, least, _) in FUNCTIONS.items():
        arguments = ", ".join(["x"] * least)
        assert to_latex(read_expression(f"{name}({arguments})", VARIABLES))
