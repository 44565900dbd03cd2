"""Formulas as MathML: a learner's text goes in, so nothing it holds may break the page, hang it, or be markup."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.submissions.formulas import CHARACTERS, Typesetter

PIECES = [
    *(
        "\\frac",
        "\\sqrt",
        "{",
        "}",
        "x",
        "_",
        "^",
        "&",
        "\\\\",
        "\\left(",
        "\\right)",
        "1.5",
        "[",
        "]",
        "'",
        "<script>",
    ),
    *(
        "\\begin{align}",
        "\\end{align}",
        "\\text{<b>",
        "\\href{javascript:x}",
        "\\over",
        "\\operatorname{",
        "$",
        "%",
        "é",
    ),
]


class Tags(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_formula():
    assert Typesetter().mathml("x^2", display=False) == (
        '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    )


@given(st.lists(st.sampled_from(PIECES), max_size=120).map("".join))
@settings(max_examples=300)
def test_whatever_it_is_given_it_writes_only_mathml(tex):
    started = time.thread_time()
    markup = Typesetter().mathml(tex, display=True)
    assert time.thread_time() - started < 1
    if markup is not None:
        tags = Tags(markup)
        assert all(name.startswith("m") for name in tags.names)
        assert not {name for name in tags.attributes if name.startswith("on") or name in {"href", "src"}}


@pytest.mark.parametrize("tex", ["{" * 1999, "\\frac" * 390, "x^{" * 600, "\\sqrt{" * 300, "\\left(" * 300, "&" * 1999])
def test_deep_and_broken_ones_are_left_alone_or_written(tex):
    markup = Typesetter().mathml(tex, display=False)
    assert markup is None or markup.startswith("<math")


def test_one_that_is_too_long_is_left_alone():
    assert Typesetter().mathml("x" * (CHARACTERS + 1), display=False) is None


def test_once_time_is_up_the_rest_is_left_alone():
    typesetter = Typesetter(page_s=1e-9)
    assert typesetter.mathml("x", display=False) is not None
    assert typesetter.mathml("x", display=False) is None


@pytest.mark.parametrize(
    ("tex", "display", "reached"),
    [("a + b", True, False), ("a + " * 20 + "b", True, True), ("a + " * 20 + "b", False, False)],
)
def test_a_formula_wider_than_a_telephone_is_reached_by_keyboard(tex, display, reached):
    assert ('tabindex="0"' in (Typesetter().mathml(tex, display=display) or "")) is reached
