"""Starters for Colab and Kaggle: buttons that lead to what is published, and what is published."""

from __future__ import annotations

import ast
import io
import json
import re
import urllib.request
from io import StringIO

import nbformat
import pytest
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.exercises.build import build_notebook, starter_zip
from apps.exercises.checks import starters_can_be_opened
from apps.exercises.elsewhere import in_colab, in_kaggle, on_github, public_address
from apps.exercises.package import load_package
from apps.exercises.publishing import is_ours, published_notebook

SITE = "https://study.example.org"
FOLDER = "https://github.com/some-group/our.starters/tree/main/notebooks"
COLAB = "https://colab.research.google.com/github/some-group/our.starters/blob/main/notebooks/doubling.ipynb"
KAGGLE = (
    "https://kaggle.com/kernels/welcome?src="
    "https://github.com/some-group/our.starters/blob/main/notebooks/doubling.ipynb"
)


@pytest.fixture
def public(settings):
    """A site that others reach, with starters on GitHub."""
    settings.SITE_URL, settings.STARTERS_URL = SITE, FOLDER
    return settings


# The buttons


def test_buttons_lead_to_the_published_starter(client, synced, public):
    page = client.get(synced.get_absolute_url()).text
    for address, name in ((COLAB, "Open in Colab"), (KAGGLE, "Open in Kaggle")):
        assert re.search(rf'<a [^>]*href="{re.escape(address)}"[^>]*>.*?{name}</a>', page)
    assert f'its last cell hands it in with a <a href="{reverse("tokens")}">token</a>' in page


def test_buttons_are_in_french_too(client, synced, public):
    page = client.get(synced.get_absolute_url(), headers={"Accept-Language": "fr"}).text
    assert "Ouvrir dans Colab" in page
    assert "sa dernière cellule le rend" in page


def test_without_the_setting_there_are_none():
    assert site_settings.STARTERS_URL == ""
    assert (in_colab("doubling"), in_kaggle("doubling")) == ("", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"STARTERS_URL": ""},
        {"STARTERS_URL": "https://github.com/some-group"},
        {"SITE_URL": "http://localhost:8000"},
        {"SITE_URL": "http://study.example.org"},
    ],
)
def test_there_are_none_where_they_would_lead_nowhere(client, synced, public, changes):
    for name, value in changes.items():
        setattr(public, name, value)
    assert "Open in Colab" not in client.get(synced.get_absolute_url()).text


def test_there_are_none_for_a_retired_exercise(client, synced, public):
    synced.retired = True
    synced.save()
    assert "Open in Colab" not in client.get(synced.get_absolute_url()).text


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://github.com/o/r/tree/main", "o/r/blob/main"),
        ("https://github.com/o/r/tree/v1.0/a/b/", "o/r/blob/v1.0/a/b"),
        ("https://github.com/o/r/tree/main/our%20own/été", "o/r/blob/main/our%20own/%C3%A9t%C3%A9"),
        ("https://github.com/o/r/tree/main/a&b='\"<", "o/r/blob/main/a%26b%3D%27%22%3C"),
    ],
)
def test_a_folder_on_github_is_read_and_quoted(url, place):
    assert on_github(url) == place


def test_what_is_quoted_stays_one_address_for_kaggle(public):
    public.STARTERS_URL = "https://github.com/o/r/tree/main/a%20&%20b"
    assert in_colab("x") == "https://colab.research.google.com/github/o/r/blob/main/a%20%26%20b/x.ipynb"
    assert in_kaggle("x").endswith("?src=https://github.com/o/r/blob/main/a%2520%2526%2520b/x.ipynb")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://github.com/o/r", "names no branch"),
        ("https://github.com/o/r/blob/main/x", "names no branch"),
        ("http://github.com/o/r/tree/main", "no folder on github.com"),
        ("https://gitlab.com/o/r/tree/main", "no folder on github.com"),
        ("https://github.com@evil.example/o/r/tree/main", "no folder on github.com"),
        ("https://github.com/o/../tree/main", "no folder on github.com"),
        ("https://github.com/o/r/tree/main/x?plain=1", "no folder on github.com"),
        ("https://github.com/o/r/tree/autumn%2F2026/x", "branch has a slash"),
        ("https://github.com/o/r/tree/main/../../x", "folder can't be read"),
        ("https://github.com/o/r/tree/main//x", "folder can't be read"),
        ("https://github.com/o/r/tree/main/a%2Fb", "folder can't be read"),
        ("https://[github.com/o/r/tree/main", ""),
        ("javascript:alert(1)", "no folder on github.com"),
    ],
)
def test_what_is_none_is_refused_at_the_start(public, url, why):
    public.STARTERS_URL = url
    (found,) = starters_can_be_opened(None)
    assert found.id == "exercises.E001"
    assert why in found.msg
    assert "OWNER/REPO/tree/BRANCH/FOLDER" in found.hint
    assert in_colab("doubling") == ""


def test_the_start_says_where_nobody_reaches_the_site(public):
    assert starters_can_be_opened(None) == []
    public.SITE_URL = "http://localhost:8000"
    assert [found.id for found in starters_can_be_opened(None)] == ["exercises.W002"]
    public.STARTERS_URL = ""
    assert starters_can_be_opened(None) == []


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://study.example.org/", True),
        ("https://93.184.215.14", True),
        ("https://10.1.2.3", False),
        ("https://[::1]", False),
        ("https://study", False),
        ("https://study.local", False),
        ("http://study.example.org", False),
    ],
)
def test_who_reaches_the_site(settings, url, public):
    settings.SITE_URL = url
    assert public_address() == (url.rstrip("/") if public else "")


# The notebooks


@pytest.fixture
def package(write_package):
    return load_package(write_package())


def cell(notebook, name: str) -> str:
    return next(cell.source for cell in notebook.cells if cell.id.endswith(f"-{name}"))


def test_a_published_notebook_is_the_starter_with_a_cell_before_its_code_and_one_at_its_end(package):
    notebook = published_notebook(package, SITE)
    starter = build_notebook(package)
    added = [one for one in notebook.cells if one.id not in {each.id for each in starter.cells}]
    assert [one for one in notebook.cells if one not in added] == starter.cells
    assert [notebook.cells.index(one) for one in added] == [1, len(notebook.cells) - 2, len(notebook.cells) - 1]
    assert [one.cell_type for one in added] == ["code", "markdown", "code"]
    assert notebook.metadata.studyhub.version == package.digest
    assert f'"{SITE}{reverse("exercises:starter", args=["doubling"])}"' in added[0].source
    assert f"]({SITE}{reverse('tokens')})" in added[1].source
    assert f'"{SITE}{reverse("api:submit_file")}"' in added[2].source


def test_a_notebook_without_data_fetches_none(write_package):
    files = {"data/numbers.csv": None, "data.py": None, "mutants/triples.py": None, "notebook.py": "# %%\nx = 1\n"}
    package = load_package(write_package(files=files))
    assert [one.id for one in published_notebook(package, SITE).cells][1:] == ["doubling-about", "doubling-hand-in"]


def test_its_cells_are_read_by_python_3_8(package):
    notebook = published_notebook(package, SITE)
    for source in (cell(notebook, "fetch"), cell(notebook, "hand-in").replace("%run", "run; #")):
        ast.parse(source, feature_version=(3, 8))


@pytest.fixture
def fetch(package, monkeypatch, tmp_path):
    """Runs the cell that fetches, in an empty folder; the site answers with what is given."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.delenv("GRADING", raising=False)
    source = cell(published_notebook(package, SITE), "fetch")

    def run(content: bytes) -> list[str]:
        asked: list[str] = []
        monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: asked.append(url) or io.BytesIO(content))
        names: dict[str, object] = {}
        exec(source, names)
        assert set(names) == {"__builtins__", "_fetch_data"}
        return asked

    return run


def test_the_first_cell_fetches_the_data_once_and_nothing_else(fetch, package, tmp_path):
    content = starter_zip(package)
    assert fetch(content) == [f"{SITE}/exercises/doubling/starter/"]
    found = [path.relative_to(tmp_path / "empty").as_posix() for path in (tmp_path / "empty").rglob("*")]
    assert sorted(found) == ["data", "data/numbers.csv"]
    assert (tmp_path / "empty/data/numbers.csv").read_bytes() == package.data_files()["data/numbers.csv"].read_bytes()
    assert fetch(content) == []


def test_data_of_another_version_is_not_taken(fetch, package, write_package, tmp_path):
    other = load_package(write_package(files={"data/numbers.csv": "4\n"}))
    with pytest.raises(ValueError, match=f"Open this again from {SITE}/exercises/doubling/"):
        fetch(starter_zip(other))
    assert not (tmp_path / "empty" / "data").exists()


def test_in_grading_it_asks_for_nothing(fetch, package, monkeypatch):
    monkeypatch.setenv("GRADING", "1")
    assert fetch(starter_zip(package)) == []


# The folder


def write(folder, *options: str) -> str:
    output = StringIO()
    call_command("write_starters", str(folder), *options, stdout=output)
    return output.getvalue()


@pytest.fixture
def starters(tmp_path, public, write_package):
    """Where two starters were written."""
    write_package()
    write_package("halving")
    folder = tmp_path / "published" / "starters"
    assert "2 written, 0 deleted, 0 as they were" in write(folder)
    return folder


def test_it_writes_one_notebook_for_each_exercise_and_the_same_each_time(starters):
    assert sorted(path.name for path in starters.iterdir()) == ["doubling.ipynb", "halving.ipynb"]
    nbformat.validate(nbformat.read(starters / "doubling.ipynb", as_version=4))
    before = {path: path.stat().st_mtime_ns for path in starters.iterdir()}
    assert "0 written, 0 deleted, 2 as they were" in write(starters)
    assert {path: path.stat().st_mtime_ns for path in starters.iterdir()} == before


def test_no_published_notebook_tells_a_solution(starters):
    text = (starters / "doubling.ipynb").read_text()
    assert not [secret for secret in ("secret_of_the_author", "### BEGIN", "triples") if secret in text]


def test_check_says_what_is_out_of_date_and_writes_nothing(starters, write_package):
    write(starters, "--check")
    write_package("squaring")
    (starters / "doubling.ipynb").unlink()
    with pytest.raises(CommandError, match=r"doubling\.ipynb, squaring\.ipynb") as caught:
        write(starters, "--check")
    assert caught.value.returncode == 1
    assert [path.name for path in starters.iterdir()] == ["halving.ipynb"]


def test_another_address_of_the_site_makes_all_out_of_date(starters, public):
    public.SITE_URL = "https://elsewhere.example.org"
    assert "2 written" in write(starters)
    assert "https://elsewhere.example.org/submit.py" in (starters / "doubling.ipynb").read_text()


def test_it_deletes_what_it_wrote_of_exercises_that_are_gone_and_nothing_else(starters, curriculum):
    own = json.dumps({"metadata": {"studyhub": {"exercise": "notes"}}, "cells": []})
    for name, text in (("README.md", "Ours"), ("notes.ipynb", own), ("broken.ipynb", "{")):
        (starters / name).write_text(text)
    (curriculum / "numbers" / "halving").rename(curriculum / "halving")
    assert "0 written, 1 deleted, 1 as they were" in write(starters)
    left = sorted(path.name for path in starters.iterdir())
    assert left == ["README.md", "broken.ipynb", "doubling.ipynb", "notes.ipynb"]


@pytest.mark.parametrize("content", ["{", "[]", '{"metadata": {"studyhub": {"exercise": "squaring"}}}', None])
def test_it_takes_no_file_of_somebody_elses_away(starters, write_package, tmp_path, content):
    write_package("squaring")
    (starters / "halving.ipynb").unlink()
    theirs = starters / "squaring.ipynb"
    if content is None:
        theirs.symlink_to(starters / "doubling.ipynb")
    else:
        theirs.write_text(content)
    with pytest.raises(CommandError, match=r"somebody else's: squaring\.ipynb"):
        write(starters)
    assert theirs.is_symlink() or theirs.read_text() == content
    assert not (starters / "halving.ipynb").exists()


def test_a_copy_under_another_name_is_not_ours(starters):
    copy = (starters / "doubling.ipynb").rename(starters / "my-solution.ipynb")
    assert not is_ours(copy)


def test_it_wants_an_address_that_others_reach(public, write_package, tmp_path):
    write_package()
    public.SITE_URL = "http://localhost:8000"
    with pytest.raises(CommandError, match="Set STUDYHUB_URL"):
        write(tmp_path / "starters")


def test_a_folder_that_is_a_file_is_refused(public, write_package, tmp_path):
    write_package()
    (tmp_path / "starters").write_text("")
    with pytest.raises(CommandError, match="starters"):
        write(tmp_path / "starters")
