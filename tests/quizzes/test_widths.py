"""A formula keeps its place until it is typeset: what is written is made as wide as what will stand there."""

import pytest
from django.utils.safestring import mark_safe

from apps.quizzes.templatetags.formulas import in_place
from apps.quizzes.widths import typeset, written
from studyhub.templatetags.rendering import render_inline


# Widths in em as KaTeX 0.19.1 sets them in text.
@pytest.mark.parametrize(
    ("formula", "width"),
    [
        ("x", 0.69),
        ("d = 2", 2.85),
        ("10^9", 1.69),
        (r"\sqrt 2", 1.61),
        ("(m, d)", 3.17),
        (r"\bar\alpha = b", 2.91),
        ("1 / (1 + e^{y - x})", 6.45),
        (r"\hat x_0", 1.18),
        (r"M \odot z + (1 - M) \odot e", 11.25),
        (r"\hat x_0 = (x_t - \sqrt{1 - \bar\alpha_t}\;\hat\varepsilon)/\sqrt{\bar\alpha_t}", 14.15),
    ],
)
def test_a_width_is_estimated_to_a_fifth(formula, width):
    assert typeset(formula) == pytest.approx(width, rel=0.2)


@pytest.mark.parametrize("formula", ["", "{", "x_", "x^{", r"\frac", r"\frac{a", r"\sqrt", "}}", "\\", "_^_"])
def test_what_is_no_formula_has_some_width(formula):
    assert 0 <= typeset(formula) <= written(formula)


def test_a_formula_that_is_long_in_latex_is_written_small():
    html = in_place(render_inline(r"So $\bar\alpha_t$ falls, and $a < b$ holds."))
    assert r'<span class="math-inline untypeset--2">\(\bar\alpha_t\)</span>' in html
    assert r'<span class="math-inline untypeset--8">\(a &lt; b\)</span>' in html


def test_all_else_stays_as_it_is():
    html = mark_safe('<span class="note">\\(x\\)</span>')
    assert in_place(html) == html
