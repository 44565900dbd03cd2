"""What pages and background work cost on the database as it is: `python -m tests.load.measure PEOPLE FILE`.

FILE gets, for each kind, the number of queries and the 95th percentile of the time in ms: the median of some batches.
"""

from __future__ import annotations

import json
import logging
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

BATCHES = 3
BATCH = 20
HAND_INS = 8
TOKEN = "a" * 32


def main() -> None:
    people, path = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
    django.setup()
    logging.disable(logging.WARNING)
    found = {name: figures(act) for name, act in [*pages(people), *background()]}
    found["hand in (POST)"] = hand_ins(people, Path(sys.argv[1]).parent)
    path.write_text(json.dumps(found), encoding="utf-8")


def figures(act: Callable[[], Any], batches: int = BATCHES, batch: int = BATCH) -> dict[str, float]:
    """Queries and p95 of something that can be done again and again."""
    for _ in range(3):
        act()
    with CaptureQueriesContext(connection) as seen:
        act()
        queries = len(seen)
    times = []
    for _ in range(batches):
        taken = []
        for _ in range(batch):
            started = time.perf_counter()
            act()
            taken.append(1000 * (time.perf_counter() - started))
        times.append(statistics.quantiles(taken, n=20)[-1])
    return {"queries": queries, "p95_ms": round(statistics.median(times), 2)}


def browser(session: str = "") -> Client:
    """A client of the site with a session."""
    client = Client(SERVER_NAME="127.0.0.1", headers={"X-CSRFToken": TOKEN})
    client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def get(client: Client, path: str) -> Callable[[], None]:
    """Ask for a page. Raises RuntimeError where it is none."""

    def ask() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")

    return ask


def pages(people: dict[str, Any]) -> list[tuple[str, Callable[[], None]]]:
    """Each page by its name, as somebody sees it who has handed in before."""
    from apps.accounts.models import User
    from tests.load.people import with_sessions

    learner, lead = people["learners"][0], people["leads"][0]
    if not User.objects.filter(email__startswith="operator").exists():
        User.objects.create_superuser("operator@load.example", name="Operator")
    hers, leads, operators = (browser(one["session"]) for one in (learner, lead, with_sessions("operator")[0]))
    group = f"/groups/{people['group']}/"
    mine = {
        "home": "/",
        "track": "/tracks/regression/",
        "exercises": "/exercises/",
        "exercise": "/exercises/numpy-broadcasting/",
        "upload form": "/submissions/new/numpy-broadcasting/",
        "hand-ins": "/submissions/",
        "hand-in": f"/submissions/{learner['hand_in']}/",
        "leaderboard": "/submissions/leaderboard/spaceship/",
        "reviews": "/learning/reviews/",
        "group": group,
        "group: plan": f"{group}plan/",
    }
    watched = {"group: dashboard": f"{group}dashboard/", "group: member": f"{group}members/"}
    operated = {
        "runners": "/submissions/runners/",
        "metrics": "/metrics",
        "regrades": "/submissions/regrades/",
        "admin: users": "/admin/accounts/user/",
        **{f"admin: {name}": f"/admin/submissions/{name}/" for name in ("submission", "run")},
    }
    known = [(mine, hers), (watched, leads), (operated, operators)]
    return [(name, get(client, path)) for paths, client in known for name, path in paths.items()]


def background() -> list[tuple[str, Callable[[], Any]]]:
    """What the control side does again and again."""
    from apps.submissions.services.reconcile import reconcile
    from apps.submissions.services.release import release_runs

    return [("reconciler's pass", reconcile), ("release", release_runs)]


def hand_ins(people: dict[str, Any], folder: Path) -> dict[str, float]:
    """A notebook taken in, by one learner after another. No runner is there: at the end they are taken back."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from apps.submissions.constants import State
    from apps.submissions.models import Run
    from apps.submissions.services import cancel

    data = (folder / "numpy-broadcasting.ipynb").read_bytes()
    clients = iter([browser(one["session"]) for one in people["learners"]] * 2)

    def hand_in() -> None:
        file = SimpleUploadedFile("numpy-broadcasting.ipynb", data)
        answer = next(clients).post("/submissions/new/numpy-broadcasting/", {"notebook": file})
        if answer.status_code != 302:
            raise RuntimeError(f"Not taken in: {answer.status_code}")

    found = figures(hand_in, batch=HAND_INS)
    for run in Run.objects.filter(state=State.QUEUED):
        cancel(run=run, actor=run.submission.user)
    return found


if __name__ == "__main__":
    main()
