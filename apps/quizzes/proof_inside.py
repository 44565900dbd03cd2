"""Runs the blocks of questions that prove answers; started as a program by proof.py. JSON in, JSON out."""

import ast
import contextlib
import io
import json
import keyword
import math
import random
import sys
from fractions import Fraction
from typing import Any

import numpy as np

USES_TORCH = "torch"


def run(source: str, space: dict[str, Any]) -> Any:
    """Execute `source` in `space`; the value of its last line where that is an expression, else `result`."""
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        exec(compile(ast.Module(tree.body[:-1], []), "<compute>", "exec"), space)
        return eval(compile(ast.Expression(last.value), "<compute>", "eval"), space)
    exec(compile(tree, "<compute>", "exec"), space)
    return space.get("result")


def fresh(values: dict[str, Any], source: str) -> dict[str, Any]:
    """The names that a block may use."""
    space: dict[str, Any] = {"np": np, "math": math, "random": random, "Fraction": Fraction, "__name__": "__main__"}
    if USES_TORCH in source:
        import torch

        torch.manual_seed(0)
        space["torch"] = torch
    np.random.seed(0)
    random.seed(0)
    return space | values


def plain(value: Any) -> Any:
    """Numbers, and lists of them; fractions as text, which loses nothing."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, bool | int | str):
        return value
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return float(value)


def shape_of(value: Any) -> list[int]:
    """The shape of a tensor or an array, or the sizes that `value` holds itself."""
    return [int(size) for size in getattr(value, "shape", value)]


def spelled(point: dict[str, float]) -> dict[str, float]:
    """Variables by a name that Python lets them have: `lambda` is `lambda_`."""
    return {f"{name}_" if keyword.iskeyword(name) else name: value for name, value in point.items()}


def answer(job: dict[str, Any]) -> Any:
    """What the block of a job comes to."""
    source = job["setup"] + "\n" + job["source"]
    space = fresh(job["values"], source)
    if job["kind"] == "output":
        # As the learner reads it: nothing is there but what the code imports itself.
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(job["source"], "<code>", "exec"), {"__name__": "__main__"})
        return printed.getvalue()
    if job["kind"] == "points":
        return [plain(run(job["source"], space | spelled(point))) for point in job["points"]]
    if job["setup"]:
        space = {"__name__": "__main__"}
        exec(compile(job["setup"], "<code>", "exec"), space)
    value = run(job["source"], space)
    return shape_of(value) if job["kind"] == "shape" else plain(value)


def main() -> None:
    """Answer each job of the task on standard input."""
    results: list[dict[str, Any]] = []
    for job in json.load(sys.stdin):
        try:
            results.append({"value": answer(job)})
        except Exception as error:
            results.append({"error": f"{type(error).__name__}: {error}"})
    sys.stdout.write(json.dumps(results))


main()
