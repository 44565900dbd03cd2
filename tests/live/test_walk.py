"""Somebody new, from signing up to a webhook's message about a notebook that a script handed in."""

from __future__ import annotations

import re
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from apps.exercises.build import build_notebook
from apps.exercises.package import load_package
from tests.accounts.test_passkeys_in_browser import passkeys  # noqa: F401 - a fixture
from tests.live.conftest import Site, fetch, wait_for
from tests.live.test_in_browser import PACKAGE, PASSWORD, SLUG, written
from tests.webhooks.conftest import receiver  # noqa: F401 - a fixture

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.sandbox, pytest.mark.django_db(transaction=True)]
ADDRESS = "nina@example.org"
PERIOD_S = 30
PATIENCE_S = 120


@pytest.fixture
def mails() -> Iterator[tuple[int, list[EmailMessage]]]:
    """A mail server's port, and what it was given."""
    taken: list[EmailMessage] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper().strip()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = list(iter(self.rfile.readline, b".\r\n"))
                    taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
                if word == b"QUIT":
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, block_on_close = True, False

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1], taken
        server.shutdown()


@pytest.fixture
def open_site(site: Site, mails) -> Site:
    """A site that sends mails, lets nobody in without a proved address, and has webhooks go to this machine."""
    site.address = site.address.replace("127.0.0.1", "localhost")  # browsers have no passkeys at bare numbers
    site.environment |= {
        "STUDYHUB_URL": site.address,
        "STUDYHUB_BIND": f"127.0.0.1:{site.port}",
        "STUDYHUB_SMTP_HOST": "127.0.0.1",
        "STUDYHUB_SMTP_PORT": str(mails[0]),
        "STUDYHUB_SMTP_TLS": "0",
        "STUDYHUB_WEBHOOK_ALLOW": "127.0.0.0/8",
    }
    site.start("web", "control", "beat", "runner")
    return site


@pytest.fixture
def page(chromium, open_site: Site) -> Iterator[Page]:
    context = chromium.new_context(base_url=open_site.address, viewport={"width": 390, "height": 844})
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def code(secret: str, turn: int = 0) -> str:
    """What an authenticator app shows, `turn` half minutes from now: the same is taken once only."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_S + turn))


def test_from_signing_up_to_a_signed_message_about_a_hand_in(
    page: Page,
    open_site: Site,
    mails,
    passkeys,  # noqa: F811
    receiver,  # noqa: F811
    tmp_path: Path,
):
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail").fill(ADDRESS)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    mail = wait_for(lambda: mails[1] and mails[1][0], "a mail with a code")
    assert mail["to"] == ADDRESS
    found = re.search(r"^([A-Z0-9]+(?:-[A-Z0-9]+)*)\r?$", mail.get_content(), re.MULTILINE)
    assert found, mail.get_content()
    page.get_by_label("Code").fill(found[1])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_attached()

    passkeys(page)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)  # whoever changes how one signs in shows again who they are
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("My laptop")
    page.wait_for_load_state()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.goto("/accounts/2fa/totp/activate/")
    secret = page.locator("main code").inner_text()
    page.get_by_label("code", exact=False).last.fill(code(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page).not_to_have_url(re.compile("activate"))

    page.context.clear_cookies()  # as in another browser
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(ADDRESS)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="One more thing")).to_be_visible()
    page.get_by_label("code", exact=False).first.fill(code(secret, 1))
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_attached()

    page.goto("/profile/tokens/")
    page.get_by_label("What it is for").fill("A script")
    page.get_by_role("button", name="Make a token").click()
    token = page.get_by_label("Token", exact=True).input_value()

    page.goto("/groups/new/")
    page.get_by_label("Name").fill("Evenings")
    page.get_by_role("button", name="Make the group").click()
    expect(page).not_to_have_url(re.compile("/new/"))
    page.goto("/groups/evenings/settings/")
    page.get_by_role("link", name="Webhooks of this group").click()
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_role("button", name="Add").click()
    signing = page.get_by_label("Secret", exact=True).input_value()
    page.goto("/groups/evenings/")
    page.get_by_label("Show my leads all of my learning").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Show my leads all of my learning")).to_be_checked()

    (tmp_path / "submit.py").write_text(fetch(open_site.address + "/submit.py"))
    (tmp_path / "mine.ipynb").write_bytes(written(build_notebook(load_package(PACKAGE), "reference")))
    done = subprocess.run(
        [sys.executable, "-I", "submit.py", SLUG, "mine.ipynb", "--watch"],
        cwd=tmp_path,
        env={"STUDYHUB_TOKEN": token, "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout

    wait_for(lambda: receiver.received, "the webhook's message")
    message = receiver.received[0].verified(signing)
    assert message["type"] == "submission.graded"
    assert message["data"]["exercise"]["slug"] == SLUG
    assert message["data"]["score"] == message["data"]["max_score"]
