"""What gunicorn is told besides its command line (`--config python:studyhub.webserver`): logs, figures, draining."""

from __future__ import annotations

import os
import shutil
from typing import Any

import psutil

from studyhub import alive, env, logs

logconfig_dict = logs.settings()
# The figures of all processes of this server lie here, and any of them tells the sum (studyhub/requests.py).
FIGURES = env.var_folder() / "metrics" / f"web-{os.getpid()}"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FIGURES)


def on_starting(server: Any) -> None:
    """Called once, before any worker: nothing is left of servers that were killed."""
    for left in FIGURES.parent.glob("web-*"):
        if not psutil.pid_exists(int(left.name.removeprefix("web-"))):
            shutil.rmtree(left, ignore_errors=True)
    FIGURES.mkdir(parents=True, exist_ok=True)
    alive.end_draining()


def child_exit(server: Any, worker: Any) -> None:
    """Called for each worker that has ended: what it had under way is under way no more."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid, path=str(FIGURES))  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Called at the end."""
    shutil.rmtree(FIGURES, ignore_errors=True)
