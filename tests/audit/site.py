"""A site as in production but on SQLite, with the demo group's data; its folder stays for the next time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studyhub import roles
from studyhub.management.commands.serve import answers
from tests import servers
from tests.audit.clock import NOW

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "var" / "audit"
START_S = 120.0
# Written once the data is whole: by which clock it was made. Each day anew, because what makes it changes.
MADE = "made"
FRESH_S = 24 * 3600
# What the demo group's solutions came to when they were run: by their content, so it is never out of date.
RUNS = "demo"
MAKE_USERS = "from studyhub.management.commands.serve import make_demo_users; make_demo_users()"


def environment(folder: Path, port: int) -> dict[str, str]:
    """What every process of the site is told: nothing of this terminal's own settings."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHUB_", "DJANGO_"))}
    return ours | {
        "DJANGO_SETTINGS_MODULE": "tests.audit.settings",
        "STUDYHUB_VAR": str(folder),
        "STUDYHUB_SECRET_KEY": "of-a-site-that-listens-to-this-machine-alone-and-holds-simulated-learners",
        "STUDYHUB_HOSTS": "127.0.0.1",
        "STUDYHUB_HTTPS": "0",
        "STUDYHUB_BIND": f"127.0.0.1:{port}",
        "STUDYHUB_URL": f"http://127.0.0.1:{port}",
        "STUDYHUB_LOG_LEVEL": "WARNING",
    }


def prepare(told: dict[str, str], folder: Path) -> None:
    """Tables, curriculum, static files; users and the demo group, all of it from nothing once a day.

    Raises CalledProcessError.
    """
    made, by = folder / MADE, NOW.isoformat()
    fresh = made.exists() and time.time() - made.stat().st_mtime < FRESH_S and made.read_text(encoding="utf-8") == by
    if not fresh:
        for path in folder.iterdir():
            if path.name != RUNS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    subprocess.run(roles.invocation(roles.PREPARE), env=told, cwd=PROJECT, check=True)
    if fresh:
        return
    # Users with a known password and simulated learners are made with DEBUG alone.
    debug = told | {"STUDYHUB_DEBUG": "1"}
    for arguments in (["shell", "-c", MAKE_USERS], ["demo_group"]):
        subprocess.run([sys.executable, "manage.py", *arguments], env=debug, cwd=PROJECT, check=True)
    made.write_text(by, encoding="utf-8")


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """The running site's address; ended afterwards. Raises RuntimeError where it doesn't answer."""
    folder.mkdir(parents=True, exist_ok=True)
    port = servers.free_port()
    told = environment(folder, port)
    prepare(told, folder)
    # Playwright runs an event loop in this thread, where Django would else refuse to touch the database.
    os.environ.update(told, DJANGO_ALLOW_ASYNC_UNSAFE="true")
    with open(folder / "site.log", "wb") as log:
        web = subprocess.Popen(roles.invocation("web"), env=told, cwd=PROJECT, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + START_S
        while not answers(f"{address}/healthz"):
            if web.poll() is not None or time.monotonic() > until:
                raise RuntimeError((folder / "site.log").read_text(encoding="utf-8"))
            time.sleep(0.2)
        yield address
    finally:
        web.terminate()
        web.wait(timeout=30)
