"""The README's pictures are there, light and dark, and a command makes each of them."""

import re

import pytest
from PIL import Image

from tests.audit import look
from tests.audit.screenshots import PICTURES, SIZE, TARGET, file
from tests.audit.site import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
# Twelve of them come with every clone.
BYTES = 150_000


@pytest.mark.parametrize("theme", look.THEMES)
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_shown_and_small(name, theme):
    picture = file(name, theme)
    assert f'"{picture.relative_to(PROJECT)}"' in README
    assert picture.stat().st_size < BYTES
    assert Image.open(picture).size == (SIZE["width"], SIZE["height"])


def test_the_readme_shows_no_picture_that_the_command_does_not_make():
    shown = set(re.findall(r'(?:src|srcset)="([^"]+)"|!\[[^]]*\]\(([^)]+)\)', README))
    made = {str(file(name, theme).relative_to(PROJECT)) for name in PICTURES for theme in look.THEMES}
    assert {one or other for one, other in shown} == made
    assert {str(path.relative_to(PROJECT)) for path in TARGET.iterdir()} == made


def test_every_picture_says_what_it_shows():
    assert all(len(alt) > 20 for alt in re.findall(r'<img [^>]*alt="([^"]*)"', README))
    assert len(re.findall(r"<img ", README)) == len(re.findall(r'<img [^>]*alt="', README)) == len(PICTURES)
