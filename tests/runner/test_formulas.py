"""Formulas in a sandbox of their own: values, limits, and tasks that are none."""

from __future__ import annotations

import json
import time

import pytest

from apps.quizzes.trees import FUNCTIONS
from apps.runner import formulas
from apps.runner.formulas import judge_expression

pytestmark = pytest.mark.sandbox
X = ["name", "x"]
POINTS = [{"x": "0.5"}, {"x": "0.0"}, {"x": "-2.0"}]


def number(value: object) -> list[str]:
    return ["number", str(value)]


def judge(tree, points=POINTS, **limits):
    return judge_expression({"tree": json.dumps(tree), "points": points}, **limits)


def test_values_come_back_precisely_and_where_there_is_none_as_none():
    outcome = judge(["/", number(1), X])
    assert outcome["status"] == "ok"
    assert outcome["values"][1] is None
    assert [float(value) for value in outcome["values"][::2]] == [2, -0.5]


def test_complex_values_are_none():
    assert judge(["call", "sqrt", X])["values"][2] is None


@pytest.mark.parametrize(
    "tree",
    [
        ["call", "max", ["call", "sqrt", X], number(0)],
        ["call", "relu", ["call", "ln", X]],
        ["call", "min", X, ["/", number(1), ["-", X, X]]],
        ["call", "max", ["call", "sqrt", number(-1)], X],
    ],
    ids=["root", "logarithm", "division by zero", "constant"],
)
def test_what_has_no_order_has_no_value(tree):
    outcome = judge(tree)
    assert outcome["status"] == "ok", outcome
    assert outcome["values"][2] is None


def test_both_sides_mean_the_same_by_every_function():
    """One sum with all of them, each with a weight of its own, for the sandbox takes a second or two to start."""
    x, tree, expected = 0.375, number(0), 0.0
    for weight, (name, (function, least, _)) in enumerate(FUNCTIONS.items(), start=1):
        arguments = [X, number("1/4")][:least]
        tree = ["+", tree, ["*", number(weight), ["call", name, *arguments]]]
        expected += weight * function(*[x, 0.25][:least])
    (value,) = judge(tree, [{"x": str(x)}])["values"]
    assert float(value) == pytest.approx(expected, rel=1e-13)


def tower(height: int):
    return X if height == 0 else ["^", number(9), tower(height - 1)]


@pytest.mark.parametrize(
    "tree",
    [
        ["^", number(9), ["^", number(9), number(9)]],
        ["^", ["^", number(9), ["^", number(9), number(9)]], ["^", number(9), number(9)]],
        tower(7),
    ],
    ids=["9^9^9", "power of a power", "tower"],
)
def test_what_takes_for_ever_ends_in_time(tree):
    """The reader lets none of these through; the sandbox does not rely on it."""
    started = time.perf_counter()
    outcome = judge(tree, [{"x": "3.0"}], wall_s=5)
    assert outcome["status"] in {"too_hard", "platform_error", "ok"}
    assert time.perf_counter() - started < 15


def test_time_is_limited_from_outside():
    assert judge(["+", X, X], wall_s=0.05) == {"status": "too_hard"}


def test_memory_is_limited(monkeypatch):
    monkeypatch.setattr(formulas, "MEMORY_MB", 1)
    assert judge(["+", X, X])["status"] in {"too_hard", "platform_error"}


@pytest.mark.parametrize(
    "task",
    [
        {},
        {"tree": 1, "points": POINTS},
        {"tree": "x" * 30_000, "points": POINTS},
        {"tree": "[]", "points": []},
        {"tree": "[]", "points": [{}]},
        {"tree": "[]", "points": [{"__import__('os')": "1"}]},
        {"tree": "[]", "points": [{"x": "__import__('os')"}]},
        {"tree": "[]", "points": [{"x": 1}]},
        {"tree": "[]", "points": POINTS * 50},
    ],
)
def test_what_is_no_task_is_refused(task):
    with pytest.raises(ValueError, match=r"A task|A point"):
        judge_expression(task)


@pytest.mark.parametrize("tree", ["__import__('os')", '["call","__import__",["name","x"]]', '["name","os"]', "[]"])
def test_what_is_no_tree_is_never_run(tree):
    outcome = judge_expression({"tree": tree, "points": POINTS})
    assert outcome["status"] == "platform_error"
