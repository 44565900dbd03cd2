"""Too many answers at once, in a browser: a line says when to go on, and what was typed is still there."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from apps.quizzes.services import start
from studyhub.limits import read_limits
from studyhub.ratelimits import take
from tests.quizzes.site import entry, load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def typed(chromium, live_server, settings, bob, monkeypatch):
    """Bob's quiz with a word typed in, and no answer left to him for ten minutes; with script, and without."""
    settings.RATE_LIMITS = read_limits(["answer=1/600"])
    now = time.time()
    for seconds in (0, 600):  # nor in the window after this one, which may begin while the browser is at it
        with monkeypatch.context() as patch:
            patch.setattr("studyhub.ratelimits.time.time", lambda at=now + seconds: at)
            take("answer", f"user:{bob.pk}")
    attempt = start(user=bob, quiz=load(entry()))
    contexts = []

    def open_(*, script: bool):
        context = chromium.new_context(base_url=live_server.url, java_script_enabled=script)
        contexts.append(context)
        client = Client()
        client.force_login(bob)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value}
        context.add_cookies([cookie | {"url": live_server.url}])
        page = context.new_page()
        page.goto(f"{attempt.get_absolute_url()}?question=3")
        page.locator("input[type=text]").first.fill("tensor")
        page.get_by_role("button", name="Answer", exact=True).click()
        return page

    yield open_
    for context in contexts:
        context.close()


def test_a_line_appears_and_the_form_stays(typed):
    page = typed(script=True)
    line = page.locator("#messages .notice")
    expect(line).to_contain_text("At most 1 answers in 10 minutes. Try again in")
    expect(page.locator("input[type=text]").first).to_have_value("tensor")
    expect(page.get_by_role("button", name="Answer", exact=True)).to_be_enabled()


def test_without_script_a_page_keeps_it(typed, settings):
    page = typed(script=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("That was a lot at once")
    settings.RATE_LIMITS = read_limits([])
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("main")).to_contain_text("Right")
