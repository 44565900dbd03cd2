"""The buttons to Colab and Kaggle as a browser lays them out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.core.management import call_command

pytest.importorskip("playwright")

from playwright.sync_api import expect


@pytest.fixture
def published(transactional_db, write_package, settings):
    """The exercise, on a site that others reach, with every other place to open it."""
    write_package()
    call_command("sync_curriculum", verbosity=0)
    settings.SITE_URL = "https://study.example.org"
    settings.STARTERS_URL = "https://github.com/some-group/starters/tree/main"
    settings.LITE_URL = "https://lite.example.net"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Work in the browser", "Open in Colab", "Open in Kaggle"]),
        ("fr", ["Travailler dans le navigateur", "Ouvrir dans Colab", "Ouvrir dans Kaggle"]),
    ],
)
def test_they_stand_in_their_step_beside_or_below_each_other(published, open_page, width, language, names):
    page = open_page("/exercises/doubling/", viewport={"width": width, "height": 844}, locale=language)
    step = page.locator(".steps > li").nth(1)
    boxes = []
    for name in names:
        button = step.get_by_role("link", name=name)
        expect(button).to_be_visible()
        boxes.append(button.bounding_box())
    around = step.bounding_box()
    for box in boxes:
        assert box["height"] >= 24
        assert around["x"] <= box["x"]
        assert box["x"] + box["width"] <= width
        assert around["y"] <= box["y"]
        assert box["y"] + box["height"] <= around["y"] + around["height"]
    for one, other in pairwise(boxes):
        beside = one["x"] + one["width"] <= other["x"]
        below = one["y"] + one["height"] <= other["y"]
        assert beside or below
    assert page.locator("html").evaluate("root => root.scrollWidth") <= width
