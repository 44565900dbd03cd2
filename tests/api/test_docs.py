"""The page about the API: every call on it, in examples that can be run, nothing from elsewhere."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys

import pytest

from apps.api import docs
from apps.api.api import api
from tests.api.conftest import token_for

PAGE = "/api/docs"


@pytest.fixture
def calls() -> list[docs.Call]:
    return [call for section in docs.sections("https://hub.example.org") for call in section.calls]


def test_every_call_is_on_it_with_its_scope_and_both_examples(client, db, calls):
    text = client.get(PAGE).text
    paths = api.get_openapi_schema()["paths"]
    assert len(calls) == sum(len(methods) for methods in paths.values())
    for call in calls:
        assert f'id="{call.id}"' in text
        assert call.summary in text
    assert text.count("<figcaption>curl</figcaption>") == text.count("<figcaption>Python</figcaption>") == len(calls)


def test_the_examples_are_what_a_shell_and_python_understand(calls):
    for call in calls:
        ast.parse(call.python)
        words = shlex.split(call.curl.replace("\\\n", " "))
        assert words[0] == "curl"
        assert words[-1].startswith("https://hub.example.org/api/")
        assert "{" not in words[-1]


def test_it_needs_no_account_and_loads_nothing_from_elsewhere(client, db):
    text = client.get(PAGE).text
    assert not re.search(r'(?:src|<link[^>]*href)="https?://', text)


def test_no_wording_on_it_is_left_open(client, db):
    for section in docs.sections("http://testserver"):
        for call in section.calls:
            assert call.words.endswith(".")
            assert all(row.kind for row in [*call.takes, *call.body, *call.answers])


@pytest.mark.django_db(transaction=True)
def test_an_example_in_python_runs_as_it_stands(live_server, bob, quiz, client):
    """In a process of its own, against a site."""
    sections = docs.sections(live_server.url)
    examples = [
        call for section in sections for call in section.calls if call.id in {"call-get-api-quizzes", "call-get-api-me"}
    ]
    for call in examples:
        done = subprocess.run(
            [sys.executable, "-c", call.python],
            env={**os.environ, "STUDYHUB_TOKEN": token_for(bob)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert "basics" in done.stdout or "bob@example.org" in done.stdout


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser(open_page, db, width):
    from playwright.sync_api import expect

    page = open_page(PAGE, viewport={"width": width, "height": 900})
    call = page.locator("#call-post-api-exercises-slug-submissions")
    expect(call.get_by_text("Idempotency-Key").first).to_be_hidden()
    call.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(call.get_by_text("-F notebook=@my-notebook.ipynb")).to_be_visible()
    expect(page.locator("body")).to_have_js_property("scrollWidth", width)
