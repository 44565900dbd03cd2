"""Evaluates a learner's formula in a sandbox of its own, where SymPy may take what time and memory it is given.

The reference is not here: a runner learns the formula and the points, and says what it is worth at each.
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

from apps.runner import sandbox
from apps.runner.errors import SandboxError
from apps.runner.execute import PROJECT
from apps.runner.plan import MIB, Plan
from apps.runner.provisioner import unsandboxed
from studyhub import env

__all__ = ["judge_expression"]

logger = logging.getLogger(__name__)
INSIDE = Path(__file__).with_name("formulas_inside.py")
WALL_S = 8.0
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


def _run(task: str, wall_s: float) -> tuple[int, bytes, str]:
    """Run the program with `task` as its input: exit status, output and errors, both cut at a bound."""
    limits = {"DATA": MEMORY_MB * MIB, "FSIZE": MIB, "NOFILE": 256, "CPU": max(1, round(wall_s))}
    inner = [sandbox.python(), "-I", "-c", INSIDE.read_text(encoding="utf-8"), json.dumps(limits)]
    plan = Plan()
    variables = sandbox.environment(1)
    if unsandboxed():
        command = inner
    else:
        plan = sandbox.plan_base(forbid=(), hide=(PROJECT, env.var_folder()), disk_mb=DISK_MB, gpu=None)
        plan.add("--disable-userns", "--die-with-parent")
        command = sandbox.sandbox_command(sandbox.finish(plan), inner, variables)
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        given.write(task.encode())
        given.seek(0)
        try:
            process = subprocess.Popen(
                command,
                env=variables if unsandboxed() else {},
                cwd="/",
                pass_fds=tuple(plan.descriptors),
                stdin=given,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        finally:
            plan.close()
        try:
            status = process.wait(timeout=wall_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = -signal.SIGKILL
        output.seek(0)
        errors.seek(0)
        return status, output.read(MAX_OUTPUT), errors.read(MAX_OUTPUT).decode(errors="replace")


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
