"""`python -m studyhub.roles ROLE`: the process of that role, which takes this one's place. No Django here.

    web       the site, by gunicorn        control   grading, progress, mail, the reconciler
    beat      what is due by the clock     run.cpu   runs notebooks        run.gpu   those that need a GPU
    prepare   before a new version starts: tables, curriculum, search, static files; then it ends

Two of any role may run at once, on one machine or several; of two beats one waits (beat.py).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from apps.runner import reach
from studyhub import broker, env, logs

BIND = "127.0.0.1:8000"
# Celery warns of root because of pickle, which it is told not to take; runs give up root before they begin.
CALM = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
# A proxy keeps its connections for about a minute; were ours shorter, it would send a request into a closed one.
KEEP_ALIVE_S = 75
# Whoever waits for a page goes before whoever waits for a run, where both share a machine. As `nice` counts: 0 to 19.
RUNNER_NICE = 5
# gunicorn's workers touch a file to say that they live: on a disk that may block.
MEMORY = Path("/dev/shm")  # noqa: S108 - the system's own, and gunicorn makes its files there private


def web() -> list[str]:
    """Where it listens is STUDYHUB_BIND; one process with its threads, unless STUDYHUB_WEB_WORKERS says more."""
    command = _python("gunicorn", "studyhub.wsgi", "--config", "python:studyhub.webserver", "--no-control-socket")
    command += ["--worker-class", "studyhub.pacing.PacedWorker"]
    command += ["--bind", env.text("STUDYHUB_BIND", BIND)]
    command += ["--workers", str(env.integer("STUDYHUB_WEB_WORKERS", 1, minimum=1))]
    command += ["--threads", str(env.integer("STUDYHUB_WEB_THREADS", 8, minimum=1))]
    command += ["--keep-alive", str(KEEP_ALIVE_S), "--log-level", logs.level().lower()]
    if os.access(MEMORY, os.W_OK):
        command += ["--worker-tmp-dir", str(MEMORY)]
    https = env.flag("STUDYHUB_HTTPS", not env.flag("STUDYHUB_DEBUG", False))
    if env.integer("STUDYHUB_TRUSTED_PROXIES", 1 if https else 0):  # as settings.py reads it
        # Behind a proxy nobody else reaches this port, and only the proxy knows whether the browser came by HTTPS.
        command += ["--forwarded-allow-ips", "*"]
    return command


def control() -> list[str]:
    """So many tasks at once as STUDYHUB_CONTROL_CONCURRENCY says."""
    at_once = env.integer("STUDYHUB_CONTROL_CONCURRENCY", 2, minimum=1)
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [
        *_celery("worker", "--queues", broker.CONTROL_QUEUE, "--hostname", "control@%h"),
        *["--concurrency", str(at_once), *quiet],
    ]


def beat() -> list[str]:
    """It needs no settings of its own."""
    return _celery("beat")


def run_cpu() -> list[str]:
    """So many runs at once as STUDYHUB_RUN_SLOTS_CPU says."""
    slots = env.integer("STUDYHUB_RUN_SLOTS_CPU", 2, minimum=1)
    return _python("apps.runner.worker", "--slots", str(slots), "--loglevel", logs.level())


def run_gpu() -> list[str]:
    """A run at a time on each GPU, or slice of one, that the machine has."""
    return _python("apps.runner.worker", "--queue", broker.GPU_QUEUE, "--loglevel", logs.level())


ROLES: dict[str, Callable[[], list[str]]] = {
    "web": web,
    "control": control,
    "beat": beat,
    broker.CPU_QUEUE: run_cpu,
    broker.GPU_QUEUE: run_gpu,
}
RUNNERS = (broker.CPU_QUEUE, broker.GPU_QUEUE)
PREPARE = "prepare"
PREPARATIONS = [["migrate", "--no-input"], ["sync_curriculum"], ["rebuild_search", "--if-stale"]]
STATIC_FILES = ["collectstatic", "--no-input", "--verbosity", "0"]


def environment(role: str) -> dict[str, str]:
    """What the process of `role` is to find in its environment. Raises SettingError for a runner that knows too much.

    In development everything is started from one environment: there the runner is simply not told.
    """
    ours = {**os.environ, **CALM, "STUDYHUB_ROLE": role}
    if role not in RUNNERS:
        return ours
    # Where it is named Celery would load Django, which a runner has not.
    ours.pop("DJANGO_SETTINGS_MODULE", None)
    refusal = reach.refusal(os.environ)
    if refusal and not env.flag("STUDYHUB_DEBUG", False):
        raise env.SettingError(refusal)
    return reach.without(ours)


def invocation(role: str) -> list[str]:
    """The command that starts `role` with this Python."""
    return _python("studyhub.roles", role)


def prepare() -> int:
    """One after the other; returns the exit status of the first that failed, or 0.

    An image has its static files already, and says with STUDYHUB_STATIC where.
    """
    for arguments in [*PREPARATIONS, *([] if env.text("STUDYHUB_STATIC") else [STATIC_FILES])]:
        settings = {"DJANGO_SETTINGS_MODULE": "studyhub.settings"}
        if status := subprocess.run(_python("django", *arguments), env={**settings, **os.environ, **CALM}).returncode:
            return status
    return 0


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _celery(command: str, *arguments: str) -> list[str]:
    return _python("celery", "--quiet", "--app", "studyhub.celery", command, *arguments, "--loglevel", logs.level())


def main(arguments: list[str] | None = None) -> None:
    """The program. What is wrong with the settings is said in one line."""
    summary = "Starts one process of StudyHub, by its role."
    parser = argparse.ArgumentParser(prog="python -m studyhub.roles", description=summary)
    parser.add_argument("role", choices=[*ROLES, PREPARE])
    role = parser.parse_args(arguments).role
    try:
        if role == PREPARE:
            sys.exit(prepare())
        command, variables = ROLES[role](), environment(role)
    except env.SettingError as error:
        sys.exit(str(error))
    if role in RUNNERS:
        os.nice(RUNNER_NICE)
    os.execvpe(command[0], command, variables)  # noqa: S606 - our own command, no shell


if __name__ == "__main__":
    main()
