"""axe-core looks at the main pages, in light and in dark, and finds nothing to complain of."""

from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from apps.exercises.models import Exercise
from apps.grading import plots
from apps.runner.contract import CellReport, CellStatus, Outcome
from apps.runner.store import EXECUTED
from apps.submissions import bell, grading, services
from apps.submissions.models import CheckResult, Run
from tests import stores
from tests.submissions.conftest import LESSON, Desk, graded, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SLUG = "linear-regression-from-scratch"
PUBLIC = [
    "/",
    "/tracks/regression/",
    "/tracks/neural-nets/",
    "/concepts/",
    "/concepts/gradient-descent/",
    "/quizzes/try/",
    "/exercises/",
    f"/exercises/{SLUG}/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
]


@dataclass
class Cast:
    """The site with hand-ins in every state; `runs` by the name of the state."""

    runs: dict[str, Run]

    def address(self, name: str, page: str = "detail") -> str:
        return reverse(f"submissions:{page}", args=[self.runs[name].submission_id])


@pytest.fixture
def cast(whole_curriculum, bob, settings, monkeypatch) -> Cast:
    settings.RUN_SLOTS_CPU = 5
    desk = Desk(Exercise.objects.get(slug=SLUG))
    monkeypatch.setattr(bell, "send", desk.send)
    monkeypatch.setattr(grading, "grade", graded)
    failed = CellReport(index=1, status=CellStatus.FAILED, seconds=0.2)
    runs = {
        "passed": desk.done(bob),
        "partial": desk.done(bob, points=(1, 1)),
        "error": desk.done(
            bob,
            points=(0, 0),
            outcome=Outcome.LEARNER_ERROR,
            reason="Cell 2 raised ValueError: " + "x" * 300,
            cells=[CellReport(index=0, status=CellStatus.COMPLETED), failed, CellReport(index=2)],
            error={"number": 2, "name": "ValueError"},
        ),
        "cancelled": desk.released(bob),
        "running": desk.running(bob),
    }
    services.cancel(run=runs["cancelled"], actor=bob)
    settings.RUN_SLOTS_CPU = 1
    runs["waiting"] = desk.hand_in(bob)
    labels = np.arange(10) % 3
    drawn = plots.confusion([0, 1, 2])(labels, labels[::-1])
    measured = {"metric": "accuracy", "yours": 0.5, "baseline": 0.1, "reference": 0.98, "all_points_from": 0.95}
    lesson = {name: value for name, value in asdict(LESSON).items() if value} | {"concept": "gradient-descent"}
    CheckResult.objects.filter(run=runs["partial"], check_id="double").update(
        compared=measured, plot_svg=drawn.svg, plot_alt=drawn.alt, lesson=lesson
    )
    cells = [
        nbformat.v4.new_markdown_cell("# Title\n\nThe mean $\\frac{1}{n}\\sum_i x_i$ and `code`.\n\n## A task"),
        nbformat.v4.new_code_cell("raise ValueError", outputs=[nbformat.v4.new_output("stream", text="step 1")]),
    ]
    executed = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    stores.write(runs["error"].stored, EXECUTED, executed)
    say(runs["running"], cell=1)
    return Cast(runs)


@pytest.fixture
def violations(chromium, live_server, settings):
    """Visit addresses as `user` and return what axe-core finds wrong, in words."""
    contexts = []

    def visit(addresses: list[str], *, theme: str, user=None, width: int = 1280, act=None) -> list[str]:
        # The policy of the executed notebook's page would stop axe too: the policy is another test's matter.
        context = chromium.new_context(
            base_url=live_server.url,
            color_scheme=theme,
            viewport={"width": width, "height": 900},
            bypass_csp=True,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.route(lambda url: not url.startswith(live_server.url), lambda route: route.abort())
        if user:
            client = Client()
            client.force_login(user)
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value}
            context.add_cookies([cookie | {"url": live_server.url}])
        page = context.new_page()
        found = []
        for address in addresses:
            answer = page.goto(address)
            assert answer is None or answer.status < 500, address  # the page that says so is accessible, of course
            if act:
                act(page)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            page.evaluate(AXE.read_text(encoding="utf-8"))
            options = {"runOnly": RULES, "resultTypes": ["violations"], "iframes": False}
            for violation in page.evaluate("options => axe.run(document, options)", options)["violations"]:
                where = "; ".join(f"{node['target']} {node['failureSummary']}" for node in violation["nodes"][:3])
                found.append(f"{address}: {violation['id']}: {where}")
        return found

    yield visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_for_everybody(cast, violations, theme):
    assert violations(PUBLIC, theme=theme) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_a_learner(cast, violations, theme, bob, charlie):
    own = ["/", "/profile/", f"/exercises/{SLUG}/", f"/submissions/new/{SLUG}/", "/submissions/"]
    own += [cast.address(name) for name in cast.runs]
    own += [cast.address("error", "notebook")]
    assert violations(own, theme=theme, user=bob) == []
    assert violations(["/submissions/", cast.address("passed")], theme=theme, user=charlie) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_on_a_telephone(cast, violations, theme, bob):
    pages = ["/", f"/exercises/{SLUG}/", "/submissions/", cast.address("partial"), cast.address("running")]
    assert violations(pages, theme=theme, user=bob, width=390) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_refused_upload(cast, violations, theme, bob):
    def upload(page):
        file = {"name": "data.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04"}
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Hand in").click()
        page.get_by_text("This is a zip").wait_for()

    assert violations([f"/submissions/new/{SLUG}/"], theme=theme, user=bob, act=upload) == []
