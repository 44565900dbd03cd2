"""The cast: Alice leads, Bob learns, Charlie is another learner and a stranger to what is Bob's."""

import gc
import os
import shutil
from pathlib import Path

import hypothesis
import pytest
from django.core.management import call_command
from django.test import Client
from structlog.contextvars import clear_contextvars

from tests import s3, servers

# How long examples take by the clock says more about what else runs here than about the code. And they are the same
# ones in each run: what fails does so where it was made (`--hypothesis-profile default` looks for others).
hypothesis.settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("steady")


# What a test asks for when it reads or writes rows.
ROWS = {"db", "transactional_db", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """`-m rows` finds the tests that touch the database, `-m browser` those in Chromium, without anybody's mark."""
    for item in items:
        if "chromium" in item.fixturenames:
            item.add_marker("browser")
        if item.get_closest_marker("django_db") or ROWS.intersection(item.fixturenames):
            item.add_marker("rows")


def pytest_collection_finish():
    """What is there by now stays to the end: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A skip is honest on somebody's machine; in CI it hides a test, so there it fails."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped with CI=true: {report.longrepr}"


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path: Path):
    settings.VAR_DIR = tmp_path
    settings.RUN_STORE = s3.place() if "TEST_S3_ENDPOINT" in os.environ else tmp_path / "runs"
    settings.CURRICULUM_STORE = tmp_path / "curriculum"
    settings.CURRICULUM_LOOK_S = 0
    in_memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": in_memory, "LOCATION": str(tmp_path)}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_ids():
    """A process of the site drops the ids of its log lines with each request and task; a test may have no such end."""
    yield
    clear_contextvars()


@pytest.fixture(scope="session")
def s3_server():
    """The server that was started for these tests, or one of their own."""
    if "TEST_S3_ENDPOINT" in os.environ:
        yield os.environ["TEST_S3_ENDPOINT"]
        return
    with servers.running("s3") as server:
        yield server.url


@pytest.fixture
def bucket(s3_server, monkeypatch):
    """A part of a bucket that is this test's own; its server works again afterwards."""
    for name, value in s3.settings(s3_server).items():
        monkeypatch.setenv(name, value)
    yield s3.place()
    s3.fail(s3_server)


@pytest.fixture(params=["warm", "cold"])
def kernel(request, monkeypatch):
    """The two kinds of kernel are sealed off by different code: what asks for this is tried on both."""
    monkeypatch.setenv("STUDYHUB_WARM", str(int(request.param == "warm")))


@pytest.fixture
def alice(db, django_user_model):
    return django_user_model.objects.create_user("alice@example.org", "alice-secret", name="Alice", is_staff=True)


@pytest.fixture
def bob(db, django_user_model):
    return django_user_model.objects.create_user("bob@example.org", "bob-secret", name="Bob")


@pytest.fixture
def charlie(db, django_user_model):
    return django_user_model.objects.create_user("charlie@example.org", "charlie-secret", name="Charlie")


@pytest.fixture
def whole_curriculum(db, monkeypatch):
    """The curriculum of this repository, in the tables. That its packages are sound tests/curriculum proves, once."""
    with monkeypatch.context() as patch:
        patch.setattr("apps.exercises.services.validate_package", lambda *_: None)
        call_command("sync_curriculum", verbosity=0)


@pytest.fixture(scope="module")
def chromium():
    """A headless Chromium for the tests of one module; outside CI they are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    # The shell is Chromium's engine without a desktop's browser around it: the same pages at a third of the cost.
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium on the path (apt install chromium-headless-shell)")
    # As long as Playwright waits for what is clicked: its five seconds tell more of what else runs here.
    playwright.expect.set_options(timeout=30_000)
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as driver:
        # Playwright runs an event loop in this thread, where Django would else refuse to touch the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        options = ["--no-sandbox", "--disable-background-networking"]
        browser = driver.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server, settings):
    """Open a page of the live site; whatever the browser complains about fails the test at its end."""
    complaints: list[str] = []
    contexts = []

    def open_(path: str, *, user=None, **options):
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        # Nothing leaves this machine: what another site is asked for is noted and refused.
        context.route(lambda url: not url.startswith(live_server.url), lambda route: route.abort())
        if user:
            client = Client()
            client.force_login(user)
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value}
            context.add_cookies([cookie | {"url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
