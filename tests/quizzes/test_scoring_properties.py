"""Whatever a response is, scoring says something sane about it."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.quizzes import keys
from apps.quizzes.answers import right_response
from apps.quizzes.marks.quantities import half_unit
from apps.quizzes.marks.texts import distance, normal, output, read_shape, show_shape
from apps.quizzes.numbers import read_number
from apps.quizzes.scoring import Score, Undecided, Unreadable, score, with_hints
from apps.quizzes.variants import vary
from tests.quizzes.conftest import variant
from tests.quizzes.test_scoring import HOTSPOT, LINES, MATRIX, MULTIPLE, PAIRS, SINGLE, TEXT

ASKED = {
    "single": variant("single", SINGLE),
    "multiple": variant("multiple", MULTIPLE),
    "ordering": variant("ordering", LINES),
    "matching": variant("matching", PAIRS),
    "hotspot": variant("hotspot", HOTSPOT),
    "matrix": variant("matrix", MATRIX),
    "text": variant("text", TEXT),
    "numeric": variant("numeric", "{answer: 0.75, compute: x, significant: 2, unit: s, units: {ms: 0.001}}"),
    "code-output": variant("code-output", "{answer: a b, code: pass}"),
    "shape": variant("shape", "{answer: '(3, 4)', compute: x}"),
    "expression": variant("expression", "{variables: {x: {from: 0, to: 1}}, reference: 2x, compute: x}"),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=5), below, max_size=4),
    max_leaves=12,
)
FIELDS = ("option", "options", "lines", "pairs", "cells", "region", "x", "y", "text")


@pytest.mark.parametrize("kind", ASKED)
@given(response=JSON | st.dictionaries(st.sampled_from(FIELDS), JSON))
@settings(max_examples=150)
def test_any_response_is_scored_within_bounds_or_sent_back_with_a_sentence(kind, response):
    result = score(ASKED[kind], response)
    if isinstance(result, Unreadable):
        assert result.message.endswith((".", "?"))
        assert len(result.message) < 500
    elif isinstance(result, Score):
        assert 0 <= result.share <= 1
    assert score(ASKED[kind], response) == result


TYPED = st.text(st.sampled_from("0123456789.,/eE+-*^()x ×⁻²%msµ_'[]"), max_size=30)


@pytest.mark.parametrize("kind", ["numeric", "shape", "expression", "text", "code-output"])
@given(text=TYPED)
@settings(max_examples=300)
def test_anything_typed_is_scored_or_sent_back(kind, text):
    assert isinstance(score(ASKED[kind], {"text": text}), Score | Unreadable | Undecided)


@given(options=st.permutations(range(5)), size=st.integers(1, 5))
def test_the_order_of_chosen_options_does_not_matter(options, size):
    asked = ASKED["multiple"]
    ids = [keys.options(asked, asked.question)[index].id for index in options[:size]]
    assert score(asked, {"options": ids}) == score(asked, {"options": sorted(ids)})


@given(right=st.integers(1, 4), wrong=st.integers(1, 4))
def test_choosing_blindly_or_everything_pays_little(right, wrong):
    """Without the bound at 0 the mean over all choices is 0; with it, it stays below a third."""
    options = [f"{{text: r{n}, right: true}}" for n in range(right)] + [f"{{text: w{n}, why: x}}" for n in range(wrong)]
    asked = variant("multiple", f"options: [{', '.join(options)}]")
    ids = [item.id for item in keys.options(asked, asked.question)]
    shares = [
        score(asked, {"options": list(chosen)}).share
        for size in range(1, len(ids) + 1)
        for chosen in combinations(ids, size)
    ]
    assert score(asked, {"options": ids}).share == 0
    assert shares.count(1.0) == 1
    assert sum(shares) / len(shares) <= 1 / 3 + 1e-9


@given(
    order=st.permutations(range(4)), drop=st.integers(0, 3), indents=st.lists(st.integers(0, 3), min_size=4, max_size=4)
)
def test_only_the_right_order_earns_everything(order, drop, indents):
    asked = ASKED["ordering"]
    found = keys.lines(asked, asked.question)
    lines = [{"id": found[index].id, "indent": indents[index]} for index in order[drop:]]
    result = score(asked, {"lines": lines})
    right = order == [0, 1, 2, 3] and not drop and indents == [0, 1, 1, 0]
    assert result.right is right
    extra = {"id": found[4].id, "indent": 0}
    assert score(asked, {"lines": [*lines, extra]}).share <= result.share


@given(st.integers(0, 2**31), st.sampled_from(sorted(ASKED)))
def test_the_right_answer_is_right_with_every_seed(seed, kind):
    asked = vary("quiz", ASKED[kind].question, seed)
    result = score(asked, right_response(asked))
    assert isinstance(result, Undecided) or result.share == 1


@given(st.fractions(max_denominator=10**6).filter(lambda x: abs(x) < 10**9))
def test_a_fraction_is_read_back_exactly(value):
    assert read_number(str(value)).value == value


@given(st.floats(-1e200, 1e200).filter(lambda x: not 0 < abs(x) < 1e-299))
def test_a_float_is_read_back_exactly(value):
    assert float(read_number(repr(value)).value) == value


@given(st.floats(1e-12, 1e12), st.integers(1, 6))
def test_rounding_to_the_figures_asked_for_is_within_half_a_unit(value, figures):
    rounded = Fraction(f"{value:.{figures - 1}e}")
    assert abs(rounded - Fraction(value)) <= half_unit(Fraction(value), figures) * (1 + Fraction(1, 10**9))


@given(st.text(max_size=12), st.text(max_size=12))
def test_the_distance_of_texts_is_symmetric(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) <= max(len(one), len(other))


@given(st.text(max_size=30))
@example("A .0")
def test_normalising_is_done_after_once(text):
    assert normal(normal(text)) == normal(text) or normal(text).startswith(("the ", "an ", "a "))
    assert output(output(text)) == output(text)


@given(st.lists(st.integers(0, 10**6), max_size=6))
def test_a_shape_is_read_back(sizes):
    assert read_shape(show_shape(tuple(sizes))) == tuple(sizes)


@given(st.floats(0, 1), st.integers(-1, 5))
def test_hints_never_add_and_never_go_below_nothing(share, taken):
    asked = variant("single", SINGLE + "    hints: [one, two, {text: three, costs: 0.5}]")
    left = with_hints(asked, share, taken)
    assert 0 <= left <= share
    assert math.isclose(left, share) or taken > 0
