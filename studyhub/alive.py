"""`python -m studyhub.alive ROLE`: whether a process of that role lives on this machine; ends with 0 or 1. No Django.

    python -m studyhub.alive web | control | beat | run.cpu | run.gpu
    python -m studyhub.alive web --drain 15   the site says that it is not ready any more; ends 15 s later

The web answers for itself. The others touch a file while their main loop turns, and one that has not been touched for a
while says that it does not. Draining comes before a web process is told to end: whoever sends it requests has time to
look elsewhere, and none is lost.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from celery.signals import worker_ready

from studyhub import broker, env

TOUCH_S = 5.0
# A loop that is busy may miss some turns; a process that is this late serves nobody.
LATE_S = 60.0
ANSWER_S = 5.0
WEB = "web"
ROLES = (WEB, "control", "beat", broker.CPU_QUEUE, broker.GPU_QUEUE)


def file_of(role: str) -> Path:
    """What processes of `role` touch: one file for all of them that share STUDYHUB_VAR."""
    return env.var_folder() / "alive" / role


def touch(role: str) -> None:
    """Called by a process's main loop, at least every TOUCH_S seconds or so. A full disk is no reason to die."""
    try:
        file_of(role).parent.mkdir(parents=True, exist_ok=True)
        file_of(role).touch()
    except OSError:
        return


def lives(role: str) -> bool:
    """Whether one of that role has said so of late, or, the web, says so now."""
    if role == WEB:
        return _web_answers()
    try:
        return time.time() - file_of(role).stat().st_mtime < LATE_S
    except OSError:
        return False


def drain_mark() -> Path:
    """Exists while this machine's web processes are to get no new visitors."""
    return env.var_folder() / "draining"


def end_draining() -> None:
    """Called when a web server starts."""
    drain_mark().unlink(missing_ok=True)


@worker_ready.connect  # type: ignore[untyped-decorator]
def go_on_touching(sender: Any, **kwargs: Any) -> None:
    """Called once a Celery worker takes work."""
    role = os.environ.get("STUDYHUB_ROLE")
    if role in ROLES:
        sender.timer.call_repeatedly(TOUCH_S, touch, (role,))
        touch(role)


def _web_answers() -> bool:
    bind = env.text("STUDYHUB_BIND", "127.0.0.1:8000")
    host, _, port = bind.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - asked, not bound
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=ANSWER_S) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m studyhub.alive", description=__doc__.split("\n")[0])
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("--drain", type=int, metavar="SECONDS", help="web: say that it is not ready, then wait")
    options = parser.parse_args(arguments)
    if options.drain is not None:
        drain_mark().touch()
        time.sleep(options.drain)
        return 0
    return 0 if lives(options.role) else 1


if __name__ == "__main__":
    sys.exit(main())
