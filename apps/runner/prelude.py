"""What the kernel executes before the first cell: nothing that a learner pays for, nothing that a learner sees."""

from __future__ import annotations

from apps.runner.contract import RunRequest

KIB = 1024
# Loaded before the clock starts: what every notebook of a profile will import anyway.
PRELOAD = {
    "numpy": ("numpy",),
    "sklearn": ("numpy", "pandas", "sklearn"),
    "torch": ("numpy", "torch"),
    "fastai": ("numpy", "torch", "fastai"),
    "diffusers": ("numpy", "torch", "diffusers"),
}

# A print past the budget raises where it stands, instead of filling the kernel's memory until the watchdog ends it with
# a verdict that names the wrong limit. A learner may undo this, and then meets the watchdog.
OUTPUT_BUDGET = """
def _studyhub_budget(limit):
    import sys

    class OutputTooLarge(Exception):
        pass

    def guard(stream, write):
        size = 0
        def counted(text):
            nonlocal size
            size += len(text)
            if size > limit:
                raise OutputTooLarge("This cell printed more than %d kB." % (limit // 1024))
            return write(text)
        stream.write = counted

    # Set anew for each cell: IPython puts its own wrapper of `write` in place while one runs, and takes it away again.
    def renew(*_):
        for stream in (sys.stdout, sys.stderr):
            guard(stream, type(stream).write.__get__(stream))
    get_ipython().events.register("pre_run_cell", renew)

_studyhub_budget({limit})
del _studyhub_budget
"""


def prelude(request: RunRequest) -> str:
    """Code that loads the profile's libraries, seeds their generators, and gives the cells their budget for output."""
    names = [name for name in PRELOAD[request.profile] if name not in request.forbid]
    lines = ["import random as _m", f"_m.seed({request.seed})"]
    lines += [f"import {name} as _m" for name in names]
    if "numpy" in names:
        lines += ["import numpy as _m", f"_m.random.seed({request.seed % 2**32})"]
    if "torch" in names:
        lines += ["import torch as _m", f"_m.manual_seed({request.seed})"]
    lines += ["del _m", OUTPUT_BUDGET.replace("{limit}", str(request.limits.cell_output_kb * KIB))]
    return "\n".join(lines)
