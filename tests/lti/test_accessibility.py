"""What axe-core says of these pages, and whether long words keep inside their window."""

from __future__ import annotations

import pytest

from apps.catalog.models import Section, Track
from apps.exercises.models import Exercise
from tests.lti.stations import answers, furnish, lengthen, show
from tests.overfull import WORD, wider_than_window
from tests.site.test_accessibility import violations  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_every_station_is_accessible(violations, live_server, visitor, alice, bob, theme, width):  # noqa: F811
    furnish(visitor, bob)
    found = {}
    for words, text in answers(visitor, bob, alice).items():
        found[words] = violations(
            ["about:blank"], theme=theme, width=width, act=lambda page, text=text: show(page, text, live_server.url)
        )
    assert {words: wrong for words, wrong in found.items() if wrong} == {}


def test_no_station_is_wider_than_its_window(open_page, live_server, visitor, alice, bob):
    furnish(visitor, bob)
    lengthen(WORD)
    for model in (Track, Section, Exercise):
        model.objects.update(title=WORD)
    page = open_page("/concepts/")
    too_wide = {}
    for words, text in answers(visitor, bob, alice).items():
        show(page, text, live_server.url)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        too_wide[words] = wider_than_window(page)
    assert {words: found for words, found in too_wide.items() if found} == {}
