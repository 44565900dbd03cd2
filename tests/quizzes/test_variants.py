"""Questions whose numbers a seed draws."""

from __future__ import annotations

import pytest

from apps.quizzes.variants import VariantError, fill, vary
from tests.quizzes.conftest import question

DRAWN = """
    prompt: "{{n}} times {{half:.2f}}, $x^{{{n}}}$"
    variants: |
      def variant(rng):
          n = rng.randint(1, 10**6)
          return {"n": n, "half": n / 3, "third": Fraction(n, 3)}
    answer: "{{half}}"
    compute: n / 3
    mistakes: [{answer: "{{third}}", why: "Not {{n}}."}]
"""


def test_the_same_seed_draws_the_same_numbers_and_another_seed_others():
    asked = question("numeric", DRAWN)
    assert vary("quiz", asked, 7) == vary("quiz", asked, 7)
    assert len({vary("quiz", asked, seed).values["n"] for seed in range(20)}) == 20


def test_numbers_drawn_stay_the_same_for_ever():
    """Stored answers refer to seeds: a change here would change what learners have answered."""
    assert [vary("quiz", question("numeric", DRAWN), seed).values["n"] for seed in (0, 1, 2)] == [461425, 529722, 77359]


def test_two_questions_draw_differently_with_the_same_seed():
    asked = question("numeric", DRAWN)
    assert vary("quiz", asked, 1).values != vary("other", asked, 1).values


def test_values_are_filled_in_where_they_belong():
    drawn = vary("quiz", question("numeric", DRAWN), 1)
    n = drawn.values["n"]
    assert drawn.question.prompt == f"{n} times {n / 3:.2f}, $x^{{{n}}}$"
    assert drawn.question.answer == n / 3
    assert drawn.question.mistakes[0].why == f"Not {n}."
    assert drawn.question.compute == "n / 3"


def test_without_variants_nothing_is_filled_in():
    asked = question("numeric", "{prompt: 'f\"{{n}}\"', answer: 1, compute: '1'}")
    assert vary("quiz", asked, 1).question.prompt == 'f"{{n}}"'


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{ n }}!", "3!"),
        ("{{n:03d}}", "003"),
        ("{n}", "{n}"),
        ("\\frac{{{n}}}{2}", "\\frac{3}{2}"),
        ("{{n}}{{n}}", "33"),
    ],
)
def test_placeholders(text, filled):
    assert fill(text, {"n": 3}) == filled


@pytest.mark.parametrize(
    ("text", "advice"), [("{{m}}", "no 'm'. It returns: n"), ("{{n:q}}", "can't be written as 'q'")]
)
def test_a_placeholder_that_can_not_be_filled_is_named(text, advice):
    with pytest.raises(VariantError, match=advice):
        fill(text, {"n": 3})
