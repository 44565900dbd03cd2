"""A runner: takes runs from the queue, executes them, reports. It has no database, no secret key and no answers.

    python -m apps.runner.worker [--queue run.cpu] [--slots 2]
    python -m apps.runner.worker --queue run.gpu [--gpu UUID]

Before it takes work it runs a known-good notebook; a machine that can't seal one off is told so and the worker ends. On
the queue of GPUs each GPU, or slice of one, has a worker of its own; a machine without any is told so too.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready, worker_shutdown
from kombu.exceptions import OperationalError

from apps.runner import cgroup, delivery, gpu, reach, report, scratch, shared
from apps.runner.canary import REMEDY, canary
from apps.runner.contract import Outcome, Progress, RunResult
from apps.runner.errors import GpuError
from apps.runner.execute import execute, load_request
from apps.runner.formulas import judge_expression, prepare
from apps.runner.provisioner import unsandboxed
from apps.runner.store import Store, open_store
from studyhub import alive as alive  # connects its signal
from studyhub import broker, env, listening, logs, storages
from studyhub import correlation as correlation  # connects its signals
from studyhub import pool as pool  # connects its signal

logger = logging.getLogger(__name__)
RUN_ID = re.compile(r"[0-9a-f-]{36}\Z")
# A pool process is replaced after so many runs: what a library leaks does not grow without end.
RUNS_PER_PROCESS = 200
# Which GPU the processes of a worker's pool run on.
SLOT_VARIABLE = "STUDYHUB_GPU_SLOT"

app = Celery("studyhub-runner")
app.config_from_object(broker.celery_settings())
listening.listen(app)
app.conf.worker_max_tasks_per_child = RUNS_PER_PROCESS
# What `main` is told; for the worker's reports.
app.conf.update(studyhub_queue=broker.CPU_QUEUE, studyhub_slots=0)


def store() -> Store:
    """Where attempts at runs have their files."""
    return open_store(storages.run_store())


@app.task(name=broker.EXECUTE_TASK)
def execute_run(run_id: str, attempt: int) -> None:
    """Execute one attempt at a run, unless somebody else has: a broker may deliver a message twice."""
    if not RUN_ID.match(run_id):
        raise ValueError(f"{run_id!r} is not the id of a run.")
    logs.bind(run_id=run_id, attempt=attempt)
    slot = gpu_slot()
    if problem := (slot and gpu.failure(slot)) or scratch.problem():
        # Nobody has taken the attempt up yet: another worker of this queue may.
        send(broker.EXECUTE_TASK, run_id, attempt, queue=broker.GPU_QUEUE if slot else broker.CPU_QUEUE)
        stop_taking_work(problem)
        return
    try:
        result = take_up(run_id, attempt, slot)
    except OSError:
        # Of this run nothing more is heard, so it is queued again. The next one would fare no better here.
        if problem := scratch.problem():
            stop_taking_work(problem)
        raise
    if result is None or result.outcome != Outcome.PLATFORM_ERROR:
        return
    # Its detail goes with the result; here it could quote the notebook.
    logger.error("Run %s attempt %s failed by our fault", run_id, attempt)
    if problem := (slot and gpu.failure(slot)) or canary():
        stop_taking_work(problem)


def take_up(run_id: str, attempt: int, slot: gpu.Slot | None) -> RunResult | None:
    """Claim the attempt, execute it, bring its result to the store. None where somebody else has it, or it is gone.

    Raises OSError where store or disk fail.
    """
    started, stored = time.perf_counter(), store().attempt(run_id, int(attempt))
    with stored.taken() as folder:
        if folder is None:
            logger.warning("Run %s attempt %s is gone or was taken by another worker", run_id, attempt)
            return None
        logger.info("Taken up")
        result = execute(folder, load_request(folder), on_progress=send_progress, gpu=slot)
        logger.info("Ended: %s", result.outcome)
        if delivery.deliver(stored, folder, result, beat=lambda: send_progress(closing(result, started))):
            send_finished(run_id, attempt)
    return result


@app.task(name=broker.JUDGE_TASK)
def judge_formula(answer: int, check: int, task: dict[str, Any]) -> None:
    """Evaluate a learner's formula in the sandbox; what came of it goes back under the numbers that it came with."""
    try:
        outcome = judge_expression(task)
    except ValueError as error:
        outcome = {"status": "platform_error", "detail": str(error)}
    send(broker.JUDGED_TASK, answer, check, outcome)
    prepare()


def stop_taking_work(problem: str) -> None:
    """Called in a process of the pool: end the worker, once what is going on has ended, and tell the operators why."""
    logger.critical("This worker stops: %s", problem)
    send(broker.REPORT_TASK, report.compose(app.conf.studyhub_queue, 0, os.getppid(), gpu_slot(), problem=problem))
    os.kill(os.getppid(), signal.SIGTERM)


@cache
def gpu_slot() -> gpu.Slot | None:
    """The slot that this worker was started for; None on the queue of processors. Raises GpuError where it is gone."""
    uuid = env.text(SLOT_VARIABLE)
    if not uuid:
        return None
    slots, problems = gpu.discover()
    found = next((slot for slot in slots if slot.uuid == uuid), None)
    if found is None:
        raise GpuError("; ".join([f"There is no GPU {uuid} on this machine", *problems]))
    return found


def closing(result: RunResult, started: float) -> Progress:
    """What is said of a run whose result is on its way to the store."""
    elapsed_s, cells = round(time.perf_counter() - started, 3), tuple(result.cells)
    return Progress(run_id=result.run_id, attempt=result.attempt, phase="closing", cells=cells, elapsed_s=elapsed_s)


def send_finished(run_id: str, attempt: int) -> None:
    """Tell the control side that a result lies in the store."""
    send(broker.FINISHED_TASK, run_id, attempt)


def send_progress(progress: Progress) -> None:
    """Tell the control side how the run stands; doubles as its heartbeat."""
    send(broker.PROGRESS_TASK, dataclasses.asdict(progress))


def send(task: str, *arguments: object, queue: str = broker.CONTROL_QUEUE) -> None:
    """Send a message. A deaf broker does not end a run: the result waits in the store."""
    try:
        app.send_task(task, args=arguments, queue=queue, ignore_result=True)
    except (OperationalError, OSError):
        logger.warning("The broker did not take %s", task, exc_info=True)


@worker_process_init.connect
def clear_up(**kwargs: Any) -> None:
    """Called in each new process of the pool, for it may take the place of one that was killed."""
    scratch.clear_runs()
    cgroup.clear_runs()
    # The store may take its time; a process that does not begin at once is taken for one that can't.
    threading.Thread(target=delivery.deliver_left, args=(store(), send_finished), daemon=True).start()


@worker_ready.connect
def begin_reports(sender: Any, **kwargs: Any) -> None:
    """Called once the worker takes work: from now on the operators hear of it."""

    def say() -> None:
        slot = gpu_slot()
        send(broker.REPORT_TASK, report.compose(app.conf.studyhub_queue, app.conf.studyhub_slots, os.getpid(), slot))

    sender.timer.call_repeatedly(report.PERIOD_S, say)
    say()


@worker_shutdown.connect
def end_reports(**kwargs: Any) -> None:
    """Called when the worker ends of itself: it has no place for a run any more."""
    send(broker.REPORT_TASK, report.compose(app.conf.studyhub_queue, 0, os.getpid(), gpu_slot()))


def main(arguments: list[str] | None = None) -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m apps.runner.worker", description=__doc__.split("\n")[0])
    parser.add_argument("--queue", default=broker.CPU_QUEUE, choices=[broker.CPU_QUEUE, broker.GPU_QUEUE])
    parser.add_argument("--slots", type=int, default=2, help="runs at the same time on processors (default: 2)")
    parser.add_argument("--gpu", help="UUID of the one GPU or MIG slice to work on (default: a worker for each)")
    parser.add_argument("--loglevel", default="INFO", choices=logs.LEVELS)
    options = parser.parse_args(arguments)
    logs.start(options.loglevel)
    refusal = reach.refusal(os.environ)
    if refusal and not env.flag("STUDYHUB_DEBUG", False):
        sys.exit(f"This worker takes no work: {refusal}")
    if unsandboxed():
        logger.critical("STUDYHUB_SANDBOX=none: learners' code runs on this machine WITHOUT a sandbox.")
    slots, name = options.slots, options.queue
    try:
        if options.queue == broker.GPU_QUEUE and not options.gpu:
            sys.exit(supervise(options.loglevel))
        if options.gpu:
            slots, name = 1, f"{options.queue}-{options.gpu}"
            os.environ[SLOT_VARIABLE] = options.gpu
            prepare_slot()
    except GpuError as error:
        sys.exit(f"This worker takes no work from {options.queue}: {error}")
    scratch.settle()
    prepare_groups()
    if problem := scratch.problem():
        sys.exit(f"This worker takes no work: {problem}")
    if problem := canary():
        sys.exit(f"This worker takes no work: {problem}\n{REMEDY}")
    if problem := store().problem():
        sys.exit(f"This worker takes no work: {problem}")
    delivery.deliver_left(store(), send_finished)
    app.conf.update(studyhub_queue=options.queue, studyhub_slots=slots)
    app.worker_main(
        f"--quiet worker --queues {options.queue} --concurrency {slots} --hostname {name}@%h "
        f"--loglevel {options.loglevel} --without-gossip --without-mingle --without-heartbeat".split()
    )


def prepare_slot() -> None:
    """Hold the slot that this worker is for as long as it lives. Raises GpuError where it is taken or failing."""
    slot = gpu_slot()
    assert slot is not None
    gpu.hold(slot)
    if problem := gpu.failure(slot):
        raise GpuError(problem)


def prepare_groups() -> None:
    """Make room for a control group for each run, where the machine lets us; say what goes uncounted without."""
    if group := cgroup.prepare():
        logger.info("Each run gets a control group below %s", group)
    elif gpu_slot() and not shared.countable():
        logger.warning(
            "No control group for each run, and not root: shared memory that a notebook has unmapped is not counted. "
            "With systemd `Delegate=yes` in the worker's unit is all it takes."
        )


def supervise(loglevel: str) -> int:
    """One worker for each slot of this machine, until all of them have ended; a slot that fails ends its own only.

    Returns the exit status: 0 where all ended well. Raises GpuError where there is no slot.
    """
    slots, problems = gpu.discover()
    for problem in problems:
        logger.error("%s", problem)
    if not slots:
        raise GpuError("; ".join(["there is no GPU that it could use", *problems]))
    command = [sys.executable, "-m", "apps.runner.worker", "--queue", broker.GPU_QUEUE, "--loglevel", loglevel, "--gpu"]
    # Out of reach of a terminal's Ctrl-C, which would reach them twice: Celery takes the second one as "at once".
    workers = [subprocess.Popen([*command, slot.uuid], start_new_session=True) for slot in slots]

    def pass_on(number: int, frame: Any) -> None:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, pass_on)
    return max(abs(worker.wait()) for worker in workers)


if __name__ == "__main__":
    main()
