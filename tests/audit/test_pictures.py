"""The README's pictures are there, light and dark, and a command makes each of them."""

import re
import subprocess
import sys

import pytest
from PIL import Image

from tests.audit import look, site
from tests.audit.clock import NOW
from tests.audit.screenshots import HEIGHT, PICTURES, TARGET, file
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
    assert Image.open(picture).size == (PICTURES[name].width, HEIGHT)


def test_the_readme_shows_no_picture_that_the_command_does_not_make():
    shown = set(re.findall(r'(?:src|srcset)="([^"]+)"|!\[[^]]*\]\(([^)]+)\)', README))
    made = {str(file(name, theme).relative_to(PROJECT)) for name in PICTURES for theme in look.THEMES}
    assert {one or other for one, other in shown} == made
    assert {str(path.relative_to(PROJECT)) for path in TARGET.iterdir()} == made


def test_every_picture_says_what_it_shows():
    assert all(len(alt) > 20 for alt in re.findall(r'<img [^>]*alt="([^"]*)"', README))
    assert len(re.findall(r"<img ", README)) == len(re.findall(r'<img [^>]*alt="', README)) == len(PICTURES)


def test_the_clock_of_the_pictured_site_stands_still(tmp_path):
    code = "import django; django.setup(); from django.utils import timezone; print(timezone.now().isoformat())"
    told = site.environment(tmp_path, 0)
    done = subprocess.run(
        [sys.executable, "-c", code], env=told, cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == NOW.isoformat()


@pytest.mark.parametrize(("clock", "made_again"), [(NOW.isoformat(), False), ("2026-01-01T00:00:00+00:00", True)])
def test_what_was_made_by_another_clock_is_made_again_from_nothing(tmp_path, monkeypatch, clock, made_again):
    called = []
    monkeypatch.setattr(site.subprocess, "run", lambda command, **_: called.append(command[-1]))
    (tmp_path / site.RUNS).mkdir()
    (tmp_path / "studyhub.sqlite3").write_text("rows")
    (tmp_path / site.MADE).write_text(clock)
    site.prepare({}, tmp_path)
    assert ("demo_group" in called) is made_again
    assert (tmp_path / "studyhub.sqlite3").exists() is not made_again
    assert (tmp_path / site.RUNS).exists()
    assert (tmp_path / site.MADE).read_text() == NOW.isoformat()
