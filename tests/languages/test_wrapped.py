"""Every word of a template goes through the catalogue of the reader's language."""

import pytest
from django.conf import settings

from tests.languages.wrapped import templates, unwrapped


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_template_says_nothing_in_english_only(path):
    assert unwrapped(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ('<p>{% translate "Hello" %}</p>', []),
        ("{% blocktranslate %}Hello <b>you</b>{% endblocktranslate %} there", ["there"]),
        ('<a aria-label="Close" title="{{ x }}">×</a>', ["Close"]),
        ('<a href="/x" {% if y %}class="b"{% endif %}><code>let x</code> 3 GiB</a>', []),
        ("{# a note #}{% comment %}another{% endcomment %}", []),
        ('<input type="submit" value="Go on">', ["Go on"]),
    ],
)
def test_what_is_not_wrapped_is_found(source, found):
    assert unwrapped(source) == found
