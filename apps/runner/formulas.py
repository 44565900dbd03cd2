"""Evaluates a learner's formula in a sandbox of its own, where SymPy may take what time and memory it is given.

The reference is not here: a runner learns the formula and the points, and says what it is worth at each.

Importing SymPy takes longer than most formulas. So a worker keeps one sandbox ready in which that is done already and
nothing else; it takes a single formula, like any other, and ends with it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from apps.runner import sandbox
from apps.runner.errors import SandboxError
from apps.runner.execute import PROJECT
from apps.runner.plan import MIB, Plan
from apps.runner.provisioner import unsandboxed
from apps.runner.zygote_nursery import enabled, environment_mark
from studyhub import env

__all__ = ["drop", "judge_expression", "prepare"]

logger = logging.getLogger(__name__)
INSIDE = Path(__file__).with_name("formulas_inside.py")
WALL_S = 8.0
# A sandbox that waits ends by itself after so long; while the machine has less memory to give than this none is made.
IDLE_S = 2 * 3600
SPARE_MEMORY_MB = 1024
MEMORY_MB = 768
DISK_MB = 1
MAX_TREE = 20_000
MAX_POINTS = 50
MAX_OUTPUT = 20_000
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}", re.ASCII)
DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,20})?(e[+-]?\d{1,3})?", re.ASCII)
VALUE = re.compile(r"-?[0-9.]{1,40}(e[+-]?[0-9]{1,12})?", re.ASCII)
# Exit statuses that limits cause: killed for time or memory, by us or by the kernel, seen through bubblewrap or not.
LIMIT_STATUSES = frozenset({-signal.SIGKILL, -signal.SIGXCPU, 128 + signal.SIGKILL, 128 + signal.SIGXCPU})


def judge_expression(task: Mapping[str, Any], *, wall_s: float = WALL_S) -> dict[str, Any]:
    """Evaluate {"tree": canonical text, "points": [{"x": "0.25"}, …]} and return an outcome as plain JSON.

    {"status": "ok", "values": ["0.5", None, …], "simplified": LaTeX or ""}: None where it has no real value;
    {"status": "too_hard"}: it took more time or memory than a formula may; {"status": "platform_error", "detail": …}.
    Raises ValueError for what is no task. Never runs unsandboxed where the operator has not switched the sandbox off.
    """
    _check(task)
    try:
        status, output, errors = _run(json.dumps({"tree": task["tree"], "points": task["points"]}), wall_s)
    except (OSError, SandboxError) as error:
        return {"status": "platform_error", "detail": str(error)[:2000]}
    lines = output.decode(errors="replace").splitlines()
    values = _values(lines[0], len(task["points"])) if lines else None
    if values is not None:
        return {"status": "ok", "values": values, "simplified": _simplified(lines[1]) if len(lines) > 1 else ""}
    if status in LIMIT_STATUSES or any(name in errors for name in ("MemoryError", "RecursionError", "OverflowError")):
        return {"status": "too_hard"}
    return {"status": "platform_error", "detail": f"exit status {status}: {errors[-1500:]}"}


def _check(task: Mapping[str, Any]) -> None:
    tree, points = task.get("tree"), task.get("points")
    if not isinstance(tree, str) or len(tree) > MAX_TREE or not isinstance(points, list):
        raise ValueError("A task holds a tree and points.")
    if not 1 <= len(points) <= MAX_POINTS or not all(isinstance(point, dict) and point for point in points):
        raise ValueError(f"A task holds 1 to {MAX_POINTS} points.")
    for name, value in (item for point in points for item in point.items()):
        if not NAME.fullmatch(name) or not isinstance(value, str) or not DECIMAL.fullmatch(value):
            raise ValueError("A point maps names to decimal numbers.")


class Sealed:
    """A sandbox for one formula. `idle_s`: for so long it waits for it, with SymPy imported; 0: it is about to come."""

    def __init__(self, idle_s: float = 0, wall_s: float = WALL_S) -> None:
        limits = {"DATA": MEMORY_MB * MIB, "FSIZE": MIB, "NOFILE": 256, "CPU": max(1, round(wall_s))}
        program = INSIDE.read_text(encoding="utf-8")
        inner = [sandbox.python(), "-I", "-c", program, json.dumps(limits), str(idle_s)]
        plan = Plan()
        variables = sandbox.environment(1)
        if unsandboxed():
            command = inner
        else:
            plan = sandbox.plan_base(forbid=(), hide=(PROJECT, env.var_folder()), disk_mb=DISK_MB, gpu=None)
            plan.add("--disable-userns", "--die-with-parent")
            command = sandbox.sandbox_command(sandbox.finish(plan), inner, variables)
        self.mark = environment_mark()
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the sandbox
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the sandbox
        try:
            self.process = subprocess.Popen(
                command,
                env=variables if unsandboxed() else {},
                cwd="/",
                pass_fds=tuple(plan.descriptors),
                stdin=subprocess.PIPE,
                stdout=self.output,
                stderr=self.errors,
                start_new_session=True,
            )
        finally:
            plan.close()

    def waits(self) -> bool:
        """Whether it is there still, with the packages that are installed now."""
        return self.process.poll() is None and self.mark == environment_mark()

    def run(self, task: str, wall_s: float) -> tuple[int, bytes, str]:
        """Hand in the task and wait for the end: exit status, output and errors, both cut at a bound."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.communicate(task.encode(), timeout=wall_s)
        status = self.process.poll()
        self.end()
        self.output.seek(0)
        self.errors.seek(0)
        words = self.output.read(MAX_OUTPUT), self.errors.read(MAX_OUTPUT).decode(errors="replace")
        self.close()
        return -signal.SIGKILL if status is None else status, *words

    def end(self) -> None:
        """End every process of it."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def close(self) -> None:
        """Let go of it; in the process that started it, after `end`."""
        assert self.process.stdin is not None
        for file in (self.process.stdin, self.output, self.errors):
            with contextlib.suppress(BrokenPipeError):
                file.close()


_spare: Sealed | None = None


def prepare() -> None:
    """Have a sandbox ready for the next formula. Called between two of them, in the thread that takes them.

    It is a matter of speed only: where it can't be had the log says why, and the next formula brings its own.
    """
    global _spare
    if _spare or not enabled() or psutil.virtual_memory().available < SPARE_MEMORY_MB * MIB:
        return
    try:
        _spare = Sealed(IDLE_S)
    except (OSError, SandboxError) as error:
        logger.warning("No sandbox waits for the next formula: %s", error)


def drop() -> None:
    """End the sandbox that waits, if there is one."""
    if spare := _take():
        spare.end()
        spare.close()


def _take() -> Sealed | None:
    global _spare
    spare, _spare = _spare, None
    return spare


def _run(task: str, wall_s: float) -> tuple[int, bytes, str]:
    """Run the program with `task` as its input, in the sandbox that waits where there is one."""
    spare = _take()
    if spare and not spare.waits():
        spare.end()
        spare.close()
        spare = None
    return (spare or Sealed(wall_s=wall_s)).run(task, wall_s)


def _forget_parents_spare() -> None:
    """In a forked worker process: the parent's sandbox is not ours, and must see the parent's end."""
    if spare := _take():
        spare.close()


os.register_at_fork(after_in_child=_forget_parents_spare)


def _values(line: str, count: int) -> list[str | None] | None:
    try:
        values = json.loads(line)
    except ValueError:
        return None
    if not isinstance(values, list) or len(values) != count:
        return None
    if not all(value is None or (isinstance(value, str) and VALUE.fullmatch(value)) for value in values):
        return None
    return values


def _simplified(line: str) -> str:
    try:
        text = json.loads(line)
    except ValueError:
        return ""
    return text if isinstance(text, str) else ""
