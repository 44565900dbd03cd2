"""The second language is whole: every text of ours has its French, and what is compiled is what stands there."""

import gettext
import re
import shutil
import subprocess

import pytest
from django.conf import settings

from studyhub.management.commands.messages import collect, places

PLACES = [place for place in places() if (place / "locale").exists()]
TOURS = sorted((settings.BASE_DIR / "docs").glob("*.md"))
# What tours call by the name that its author gave it: a track, the group of `make demo`.
CONTENT = {"Regression", "Thursday circle"}


def catalogue(folder) -> dict:
    with (folder / "locale/fr/LC_MESSAGES/django.mo").open("rb") as file:
        return {key: text for key, text in gettext.GNUTranslations(file)._catalog.items() if key}


@pytest.fixture(autouse=True)
def tools():
    if not shutil.which("msgfmt"):
        pytest.skip("needs gettext (apt install gettext)")


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_it_is_whole_and_compiled(place, tmp_path, settings):
    settings.LOCALE_PATHS = []
    copy = tmp_path / place.name
    shutil.copytree(place, copy, ignore=shutil.ignore_patterns("__pycache__", "static", "migrations"))
    before = (copy / "locale/fr/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    collect(copy)
    found = subprocess.run(
        ["msgfmt", "--check-format", "--statistics", "-o", "/dev/null", "locale/fr/LC_MESSAGES/django.po"],
        cwd=copy,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stderr.strip().endswith("translated messages."), f"{found.stderr} Run: make messages"
    assert "untranslated" not in found.stderr
    assert "fuzzy" not in found.stderr
    after = (copy / "locale/fr/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert said(after) == said(before), "Run: make messages"
    assert catalogue(copy) == catalogue(place), "Run: make messages"


def test_an_app_that_says_nothing_gets_no_folder(tmp_path, settings):
    settings.LOCALE_PATHS = []
    (tmp_path / "__init__.py").touch()
    collect(tmp_path)
    assert not (tmp_path / "locale").exists()


def said(text: str) -> list[str]:
    """The lines of a catalogue that say something: not its header's date, and not in which files a text stands."""
    return [line for line in text.splitlines() if not line.startswith(("#", '"POT-Creation-Date'))]


def test_every_part_with_words_has_one():
    wordless = {"runner", "grading"}
    assert {place.name for place in places()} - {place.name for place in PLACES} <= wordless
    assert set(dict(settings.LANGUAGES)) == {"en-gb", "fr"}


@pytest.mark.parametrize("tour", TOURS, ids=lambda tour: tour.name)
def test_a_tour_calls_things_what_pages_call_them(tour):
    keys = [key for place in PLACES for key in catalogue(place)]
    texts = {(key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2] for key in keys}
    named = set(re.findall(r"\*\*([^*]+)\*\*", tour.read_text(encoding="utf-8")))
    assert named - CONTENT <= texts
