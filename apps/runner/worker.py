"""A runner: takes runs from the queue, executes them, reports. It has no database, no secret key and no answers.

    python -m apps.runner.worker [--queue run.cpu] [--slots 2]

Before it takes work it runs a known-good notebook; a machine that can't seal one off is told so and the worker ends.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import os
import re
import signal
import sys
from pathlib import Path

from celery import Celery
from kombu.exceptions import OperationalError

from apps.runner.canary import REMEDY, canary
from apps.runner.contract import CLAIM_FILE, Outcome, Progress
from apps.runner.execute import execute, load_request
from apps.runner.provisioner import unsandboxed
from studyhub import broker, env
from studyhub import pool as pool  # connects its signal

logger = logging.getLogger(__name__)
RUN_ID = re.compile(r"[0-9a-f-]{36}\Z")
# A pool process is replaced after so many runs: what a library leaks does not grow without end.
RUNS_PER_PROCESS = 200

app = Celery("studyhub-runner")
app.config_from_object(broker.celery_settings())
app.conf.worker_max_tasks_per_child = RUNS_PER_PROCESS


def store() -> Path:
    """The folder in which each attempt at a run has its own."""
    return env.folder("STUDYHUB_RUN_STORE", env.var_folder() / "runs")


@app.task(name=broker.EXECUTE_TASK)
def execute_run(run_id: str, attempt: int) -> None:
    """Execute one attempt at a run, unless somebody else has: a broker may deliver a message twice."""
    if not RUN_ID.match(run_id):
        raise ValueError(f"{run_id!r} is not the id of a run.")
    folder = store() / run_id / str(int(attempt))
    if not claim(folder):
        logger.warning("Run %s attempt %s is gone or was taken by another worker", run_id, attempt)
        return
    result = execute(folder, load_request(folder), on_progress=send_progress)
    send(broker.FINISHED_TASK, run_id, attempt)
    if result.outcome != Outcome.PLATFORM_ERROR:
        return
    logger.error("Run %s attempt %s failed by our fault: %s", run_id, attempt, result.detail)
    if problem := canary():
        logger.critical("This worker stops: a known-good notebook failed too: %s", problem)
        os.kill(os.getppid(), signal.SIGTERM)


def claim(folder: Path) -> bool:
    """Take the attempt in `folder`; False where it is gone or taken."""
    try:
        os.close(os.open(folder / CLAIM_FILE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    except (FileExistsError, FileNotFoundError):
        return False
    return True


def send_progress(progress: Progress) -> None:
    """Tell the control side how the run stands; doubles as its heartbeat."""
    send(broker.PROGRESS_TASK, dataclasses.asdict(progress))


def send(task: str, *arguments: object) -> None:
    """Send a message to the control side. A deaf broker does not end a run: the result waits in the store."""
    try:
        app.send_task(task, args=arguments, queue=broker.CONTROL_QUEUE, ignore_result=True)
    except (OperationalError, OSError):
        logger.warning("The broker did not take %s", task, exc_info=True)


def main(arguments: list[str] | None = None) -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m apps.runner.worker", description=__doc__.split("\n")[0])
    parser.add_argument("--queue", default=broker.CPU_QUEUE, choices=[broker.CPU_QUEUE])
    parser.add_argument("--slots", type=int, default=2, help="runs at the same time (default: 2)")
    parser.add_argument("--loglevel", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    options = parser.parse_args(arguments)
    logging.basicConfig(level=options.loglevel, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if unsandboxed():
        logger.critical("STUDYHUB_SANDBOX=none: learners' code runs on this machine WITHOUT a sandbox.")
    if problem := canary():
        sys.exit(f"This worker takes no work: {problem}\n{REMEDY}")
    app.worker_main(
        f"--quiet worker --queues {options.queue} --concurrency {options.slots} --hostname {options.queue}@%h "
        f"--loglevel {options.loglevel} --without-gossip --without-mingle --without-heartbeat".split()
    )


if __name__ == "__main__":
    main()
