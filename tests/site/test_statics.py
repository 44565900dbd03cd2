"""What every page needs of style sheets comes as one request where static files are collected."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template.loader import render_to_string

from studyhub.statics import JOINED, SHEETS

COLLECTED = {"BACKEND": "studyhub.statics.JoinedStaticFiles"}


def linked() -> list[str]:
    """The addresses of the sheets for screens, as a page names them."""
    return re.findall(r'<link rel="stylesheet" href="/static/([^"]+)">', render_to_string("components/styles.html"))


@pytest.fixture
def collected(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {"staticfiles": COLLECTED}
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("collectstatic", interactive=False, verbosity=0)
    return settings.STATIC_ROOT


def test_as_they_are_each_is_linked_in_order():
    assert linked() == list(SHEETS)


def test_collected_they_are_one_with_all_of_them_in_order(collected):
    (name,) = linked()
    assert re.fullmatch(r"css/site\.[0-9a-f]{12}\.css", name)
    whole = (collected / JOINED).read_text(encoding="utf-8")
    parts = [Path(finders.find(sheet)).read_text(encoding="utf-8") for sheet in SHEETS]
    assert whole == "\n".join(parts)
    assert (collected / f"{name}.br").exists()


def test_what_the_one_names_is_there_by_its_hashed_name(collected):
    text = (collected / linked()[0]).read_text(encoding="utf-8")
    named = [one for one in re.findall(r'url\("?([^")]+)"?\)', text) if not one.startswith("data:")]
    assert named
    for one in named:
        assert re.search(r"\.[0-9a-f]{12}\.\w+\Z", one)
        assert (collected / "css" / one).resolve().is_file()


def test_collected_once_more_it_is_the_same(collected):
    before = staticfiles_storage.url(JOINED)
    call_command("collectstatic", interactive=False, verbosity=0)
    assert staticfiles_storage.url(JOINED) == before
