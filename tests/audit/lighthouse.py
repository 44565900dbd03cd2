"""Lighthouse's figures for a page, by its npm package in the version of the lock file here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.audit.look import CHROMIUM
from tests.audit.people import Page, cookies

HERE = Path(__file__).resolve().parent
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FORMS = {"mobile": [], "desktop": ["--preset=desktop"]}
# As Chromium counts colour schemes in its settings.
SCHEMES = {"dark": 0, "light": 1}
LONGEST_S = 180


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


def lighthouse(command: Path, page: Page, address: str, theme: str, form: str) -> tuple[dict[str, int], list[str]]:
    """The four categories in percent, and what cost something. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="studyhub-audit-") as name:
        folder = Path(name)
        headers = {"Cookie": "; ".join(f"{one['name']}={one['value']}" for one in cookies(page.role, address))}
        (folder / "headers.json").write_text(json.dumps(headers), encoding="utf-8")
        flags = f"--headless=new --no-sandbox --blink-settings=preferredColorScheme={SCHEMES[theme]}"
        arguments = [
            *[f"{address}{page.path}", "--quiet", "--output=json", f"--output-path={folder / 'report.json'}"],
            *[f"--chrome-flags={flags}", f"--only-categories={','.join(CATEGORIES)}", *FORMS[form]],
            *([f"--extra-headers={folder / 'headers.json'}"] if headers["Cookie"] else []),
        ]
        told = os.environ | {"CHROME_PATH": CHROMIUM}
        subprocess.run([str(command), *arguments], env=told, check=True, timeout=LONGEST_S)
        return figures(json.loads((folder / "report.json").read_text(encoding="utf-8")))


def figures(report: dict) -> tuple[dict[str, int], list[str]]:
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
