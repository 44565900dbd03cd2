"""Lighthouse's figures for a page, by its npm package in the version of the lock file here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from studyhub.management.commands.serve import answers
from tests import servers
from tests.audit.look import CHROMIUM
from tests.audit.people import Page, cookies

HERE = Path(__file__).resolve().parent
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FORMS = {"mobile": [], "desktop": ["--preset=desktop"]}
# As Chromium counts colour schemes in its settings.
SCHEMES = {"dark": 0, "light": 1}
START_S = 60.0
LONGEST_S = 180
# Its own faults (a trace without a beginning, on a busy machine) are no figure of a page: it looks again.
TRIES = 3
# Its performance differs from look to look by some points; the middle one of these counts, as its authors advise:
# https://github.com/GoogleChrome/lighthouse/blob/main/docs/variability.md
LOOKS = 3
# As Lighthouse's own launcher starts Chromium: nothing of the browser's own housekeeping runs beside the page.
QUIET = [
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=Translate,OptimizationHints,MediaRouter,InterestFeedContentSuggestions,CalculateNativeWinOcclusion",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-renderer-backgrounding",
    "--disable-sync",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
]

Look = tuple[dict[str, int], list[str]]


def install(folder: Path) -> Path:
    """Lighthouse's command, installed below `folder` from the lock file. Raises CalledProcessError."""
    command = folder / "node_modules" / ".bin" / "lighthouse"
    lock = (HERE / "package-lock.json").read_bytes()
    if not command.exists() or (folder / "package-lock.json").read_bytes() != lock:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, folder / name)
        subprocess.run(["npm", "ci", "--silent", "--prefix", str(folder)], check=True)
    return command


def lighthouse(command: Path, page: Page, address: str, theme: str, form: str) -> list[Look]:
    """What each of LOOKS looks found, the one that counts in the middle: the four categories in percent, and what cost
    something. Raises CalledProcessError, TimeoutExpired.
    """
    looks = [_sound_look(command, page, address, theme, form) for _ in range(LOOKS)]
    return sorted(looks, key=lambda look: look[0]["performance"])


def _sound_look(command: Path, page: Page, address: str, theme: str, form: str) -> Look:
    for _ in range(TRIES - 1):
        try:
            return _look(command, page, address, theme, form)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"Lighthouse failed on {page.path} and looks again: {error}\n")
    return _look(command, page, address, theme, form)


def _look(command: Path, page: Page, address: str, theme: str, form: str) -> Look:
    """One look, by a browser of its own."""
    with tempfile.TemporaryDirectory(prefix="studyhub-audit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        port = servers.free_port()
        flags = ["--headless=new", "--no-sandbox", "--no-first-run", f"--user-data-dir={folder / 'profile'}", *QUIET]
        flags += [f"--remote-debugging-port={port}", f"--blink-settings=preferredColorScheme={SCHEMES[theme]}"]
        arguments = [
            *[f"{address}{page.path}", "--quiet", "--output=json", f"--output-path={folder / 'report.json'}"],
            *[f"--port={port}", f"--only-categories={','.join(CATEGORIES)}", *FORMS[form]],
        ]
        browser = subprocess.Popen([CHROMIUM, *flags], stderr=subprocess.DEVNULL)
        try:
            sign_in(port, page, address)
            subprocess.run([str(command), *arguments], check=True, timeout=LONGEST_S)
        finally:
            browser.terminate()
            browser.wait(timeout=30)
        return figures(json.loads((folder / "report.json").read_text(encoding="utf-8")))


def sign_in(port: int, page: Page, address: str) -> None:
    """Give the browser behind `port` its visitor's cookie: one in a header of Lighthouse's is not sent for frames."""
    until = time.monotonic() + START_S
    while not answers(f"http://127.0.0.1:{port}/json/version"):
        if time.monotonic() > until:
            raise RuntimeError("Chromium does not answer.")
        time.sleep(0.2)
    with sync_playwright() as driver:
        browser = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        browser.contexts[0].add_cookies(cookies(page.role, address))
        browser.close()


def figures(report: dict) -> Look:
    """Of Lighthouse's report the categories in percent, and the audits with a weight that are below full marks."""
    categories = report["categories"]
    scores = {name: round(100 * (categories[name]["score"] or 0)) for name in CATEGORIES}
    costly = [
        f"{name}: {reference['id']} {audit['score']} {audit.get('displayValue', '')}".strip()
        for name in CATEGORIES
        for reference in categories[name]["auditRefs"]
        for audit in [report["audits"][reference["id"]]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 1
    ]
    return scores, costly
