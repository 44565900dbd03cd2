"""What Chromium says of a page at its first load: axe's violations, bytes, requests to other sites, layout shift."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext, Response, sync_playwright

from tests.audit.people import NOBODY, Page, cookies

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES = ("light", "dark")
# Added up from the first frame on, as browsers report it: what moves without having been touched.
SHIFTS = """
window.shifts = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
# Links of pictures too, whose href is no text.
LINKS = "all => all.map(one => new URL(one.getAttribute('href'), location).href.split('#')[0])"
# A page of each kind for nobody too where it looks different without an account.
ALSO_SIGNED_OUT = {"home", "track", "exercises:detail", "quizzes:quiz"}
# Downloads, Django's own pages, and what ends the session.
NOT_WALKED = ("admin:", "account_logout", "exercises:starter")


@dataclass
class Look:
    """One page in one theme. `kb` is what came over the wire, without fonts; text that came as it is counts as gzip."""

    kb: float = 0.0
    third_party_requests: int = 0
    layout_shift: float = 0.0
    axe_violations: int = 0
    axe: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The fields by their names."""
        return asdict(self)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def visitor(browser: Browser, page: Page, address: str, theme: str, **options: object) -> BrowserContext:
    """A browser that has seen nothing of the site before, signed in as the page's visitor."""
    context = browser.new_context(base_url=address, color_scheme=theme, **options)
    context.add_cookies(cookies(page.role, address))
    return context


def look(browser: Browser, page: Page, address: str, theme: str) -> Look:
    """Load the page once, in `theme`, with nothing kept from before."""
    # The policy of the executed notebook's page would stop axe too: the policy is another test's matter.
    context = visitor(browser, page, address, theme, bypass_csp=True, viewport={"width": 1280, "height": 900})
    found = Look()
    responses: list[Response] = []
    elsewhere: list[str] = []

    def foreign(url: str) -> bool:
        return urlsplit(url).scheme in {"http", "https", "ws", "wss"} and not url.startswith(address)

    context.on("request", lambda request: elsewhere.append(request.url) if foreign(request.url) else None)
    context.on("response", lambda response: responses.append(response))
    context.route(foreign, lambda route: route.abort())
    context.add_init_script(SHIFTS)
    tab = context.new_page()
    tab.goto(page.path)
    tab.wait_for_load_state("networkidle")
    found.layout_shift = round(tab.evaluate("window.shifts"), 4)
    found.kb = round(sum(weight(one) for one in responses) / 1000, 1)
    found.third_party_requests = len(elsewhere)
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": RULES, "resultTypes": ["violations"], "iframes": False}
    for violation in tab.evaluate("options => axe.run(document, options)", options)["violations"]:
        found.axe_violations += 1
        found.axe.append(f"{violation['id']}: {'; '.join(str(node['target']) for node in violation['nodes'][:3])}")
    context.close()
    return found


def weight(response: Response) -> int:
    """Bytes of one answer as a proxy that compresses would send it; a font counts nothing."""
    if response.request.resource_type == "font" or response.url.startswith("data:") or response.status in {204, 304}:
        return 0
    if "content-encoding" in response.headers:
        return int(response.headers.get("content-length", 0)) or response.request.sizes()["responseBodySize"]
    if 300 <= response.status < 400:
        return 0
    body = response.body()
    kind = response.headers.get("content-type", "")
    packs = kind.startswith("text/") or any(word in kind for word in ("json", "javascript", "svg"))
    return len(gzip.compress(body, 6)) if packs else len(body)


def walk(browser: Browser, address: str) -> list[Page]:
    """One page of every kind that links lead to, as the learner, then what the lead has beside, then as nobody."""
    found: list[Page] = []
    seen: set[str] = set()
    for role in ("learner", "lead", NOBODY):
        if role == NOBODY:
            seen -= ALSO_SIGNED_OUT
        context = visitor(browser, Page("/", role), address, "light")
        tab = context.new_page()
        waiting = ["/", "/accounts/login/"] if role == NOBODY else ["/"]
        queued = set(waiting)
        visited: set[str] = set()
        while waiting:
            path = waiting.pop(0)
            name = view_of(path)
            if not name or name in visited or name.startswith(NOT_WALKED):
                continue
            if not is_page(context, path):
                continue
            tab.goto(path)
            if urlsplit(tab.url).path != path:
                continue
            visited.add(name)
            if name not in seen:
                seen.add(name)
                found.append(Page(path, role))
            for link in tab.eval_on_selector_all("a[href]:not([download])", LINKS):
                there = urlsplit(link).path
                if link.startswith(f"{address}/") and not urlsplit(link).query and there not in queued:
                    queued.add(there)
                    waiting.append(there)
        context.close()
    return found


def is_page(context: BrowserContext, path: str) -> bool:
    """Whether the address answers with a page that can be shown, and no file or refusal."""
    answer = context.request.get(path, max_redirects=0)
    return answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")


def view_of(path: str) -> str:
    """The name of the view behind a path; empty where there is none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""
