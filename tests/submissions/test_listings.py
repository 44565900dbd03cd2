"""Code in the executed notebook: coloured as before, with no more markup than that needs, and reached by keyboard."""

import html
import re

import pytest

from apps.submissions.listings import WIDTH, Lister

CODE = 'def f(x):\n    """Twice."""\n    return 2 * x  # <b>\n%time f("a")\n'


@pytest.fixture
def lister() -> Lister:
    return Lister({"k", "kc", "s", "c1", "mi", "nf", "nb"})


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def test_the_code_is_all_there(lister):
    assert text_of(lister(CODE)) == CODE


def test_only_what_has_a_colour_has_a_span(lister):
    markup = lister(CODE)
    assert set(re.findall(r'class="([^"]*)"', markup)) == {"highlight", "k", "nf", "s", "mi", "c1"}
    assert '<span class="s">&quot;' not in markup
    assert '<span class="c1"># &lt;b&gt;</span>' in markup


def test_a_kind_without_a_colour_takes_that_of_its_family(lister):
    assert '<span class="s">"a"</span>' in lister('f("a")')


@pytest.mark.parametrize(("length", "reached"), [(WIDTH, False), (WIDTH + 1, True)])
def test_a_line_too_long_for_the_frame_can_be_reached_by_keyboard(lister, length, reached):
    markup = lister("#" + "a" * (length - 1), metadata={"studyhub": {"code": 'Code of "cell" 3'}})
    said = '<pre tabindex="0" role="group" aria-label="Code of &quot;cell&quot; 3">'
    assert (said in markup) is reached
