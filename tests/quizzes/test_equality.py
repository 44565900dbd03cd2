"""Whether a formula is the answer: the sandbox says what it is worth, the trusted side compares."""

from __future__ import annotations

import json

import pytest

from apps.quizzes.equality import EqualityError, decide, points_for, pose
from apps.quizzes.expression import read_expression
from apps.quizzes.scoring import Score, Undecided, Unreadable, score
from apps.quizzes.trees import evaluate
from apps.runner.formulas import judge_expression
from tests.quizzes.conftest import variant

GAUSS = """
    variables: {x: {from: -2, to: 2}}
    reference: -2*x*exp(-x^2)
    compute: {derivative: exp(-x^2), by: x}
    mistakes: [{answer: exp(-x^2), why: No inner derivative., share: 0.2}]
"""
INTEGRAL = """
    variables: {x: {from: 0.5, to: 3}}
    reference: x^2/2
    compute: {integral: x, by: x}
    up_to_constant: true
"""


def undecided(asked, text: str) -> Undecided:
    result = score(asked, {"text": text})
    assert isinstance(result, Undecided), result
    return result


def here(task) -> dict:
    """The outcome that an honest sandbox would send."""

    def build(tree) -> str:
        head, *rest = tree
        if head in {"number", "name"}:
            return f"({rest[0]})"
        if head == "call":
            return f"{rest[0]}({', '.join(build(one) for one in rest[1:])})"
        return f"({build(rest[0])}{head}{build(rest[1])})" if len(rest) == 2 else f"(-{build(rest[0])})"

    values = []
    for point in task["points"]:
        tree = read_expression(build(json.loads(task["tree"])), tuple(point))
        value = evaluate(tree, {name: float(x) for name, x in point.items()})
        values.append(None if value is None else repr(value))
    return {"status": "ok", "values": values, "simplified": ""}


def judged(asked, text: str, judge=here) -> Score | Unreadable | None:
    read = undecided(asked, text)
    return decide(asked, read, "nonce", judge(pose(asked, read, "nonce")))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("-2x exp(-x^2)", 1),
        ("-2x/e^(x²)", 1),
        ("-(x+x)*exp(-x*x)", 1),
        ("exp(-x^2)", 0.2),
        ("2x exp(-x^2)", 0),
        ("-2x exp(-x^2) + 0.0001", 0),
        ("ln(x)", 0),
    ],
)
def test_a_formula_is_compared_by_its_values(text, share):
    assert judged(variant("expression", GAUSS), text).share == share


def test_how_it_was_understood_comes_with_the_score():
    result = judged(variant("expression", GAUSS), "exp(-x^2)")
    assert result.understood == r"\exp\left(-x^{2}\right)"
    assert result.message == "Partly right. No inner derivative."


def test_a_formula_without_a_value_is_told_where():
    assert "no real value at x = " in judged(variant("expression", GAUSS), "sqrt(x)").message


@pytest.mark.parametrize(
    ("text", "right"), [("x^2/2", True), ("x^2/2 + 7", True), ("x^2/2 + x", False), ("x^2", False)]
)
def test_an_antiderivative_may_have_any_constant(text, right):
    assert judged(variant("expression", INTEGRAL), text).right is right


def test_points_are_others_for_each_answer_and_in_the_domains():
    asked = variant(
        "expression", "variables: {n: {from: 1, to: 9, whole: true}, x: {from: 2, to: 3}}\nreference: n*x\ncompute: n*x"
    )
    one, other = points_for(asked, "a"), points_for(asked, "b")
    assert one == points_for(asked, "a") != other
    assert all(2 <= point["x"] <= 3 and point["n"] in range(1, 10) for point in one + other)


def test_points_avoid_where_the_answer_has_no_value():
    asked = variant("expression", "variables: {x: {from: -1, to: 1}}\nreference: ln(x)\ncompute: x")
    assert all(point["x"] > 0 for point in points_for(asked, "a"))


def test_a_reference_without_values_is_the_authors_mistake():
    asked = variant("expression", "variables: {x: {from: -2, to: -1}}\nreference: ln(x)\ncompute: x")
    with pytest.raises(EqualityError, match="has no value at most points"):
        points_for(asked, "a")


def test_the_task_holds_nothing_of_the_answer():
    asked = variant("expression", GAUSS)
    task = pose(asked, undecided(asked, "x"), "a")
    assert set(task) == {"tree", "points"}
    assert task["tree"] == '["name","x"]'


@pytest.mark.parametrize(
    "outcome",
    [
        None,
        "ok",
        {},
        {"status": "platform_error", "detail": "x"},
        {"status": "ok"},
        {"status": "ok", "values": []},
        {"status": "ok", "values": ["1"] * 11},
        {"status": "ok", "values": [1.0] * 12},
        {"status": "ok", "values": ["one"] * 12},
        {"status": "ok", "values": ["1" * 1000] * 12},
        {"status": "done", "values": ["1"] * 12},
    ],
)
def test_an_outcome_that_is_none_costs_nobody_anything(outcome):
    asked = variant("expression", GAUSS)
    assert decide(asked, undecided(asked, "x"), "a", outcome) is None


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999"])
def test_values_beyond_all_numbers_are_not_right(value):
    asked = variant("expression", GAUSS)
    assert not decide(asked, undecided(asked, "x"), "a", {"status": "ok", "values": [value] * 12}).right


def test_a_formula_that_takes_too_long_is_sent_back():
    asked = variant("expression", GAUSS)
    result = decide(asked, undecided(asked, "x"), "a", {"status": "too_hard"})
    assert isinstance(result, Unreadable)
    assert "more simply" in result.message


@pytest.mark.sandbox
@pytest.mark.parametrize(("text", "share"), [("-2x/exp(x^2)", 1), ("exp(-x^2)", 0.2), ("1/(x - x)", 0), ("x^x", 0)])
def test_the_sandbox_says_what_a_formula_is_worth(text, share):
    assert judged(variant("expression", GAUSS), text, judge_expression).share == share


@pytest.mark.sandbox
def test_the_sandbox_simplifies():
    asked = variant("expression", GAUSS)
    outcome = judge_expression(pose(asked, undecided(asked, "sin(x)^2 + cos(x)^2"), "a"))
    assert outcome["simplified"] == "1"
    assert all(float(value) == 1 for value in outcome["values"])
