"""What the runner costs beside the learner's own cells, against plain papermill, measured in turn in the same run.

    python -m studyhub.bench [--n 20] [--throughput 100] [--profiles numpy fastai]

Prints tables and writes var/bench/runner.json. It lies here because it needs both the runner and the grader, which know
nothing of each other.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import psutil

from studyhub import broker, env

os.environ.setdefault("STUDYHUB_WARM", "1")

from apps.grading import Close, GradingSpec, Inputs, grade, write_inputs
from apps.runner import zygote_nursery as nursery
from apps.runner.contract import (
    ARTEFACT_FOLDER,
    INPUTS_FILE,
    NOTEBOOK_FILE,
    REQUEST_FILE,
    RESULT_FILE,
    RESULT_FOLDER,
    Limits,
    ProbeCall,
    RunRequest,
)
from apps.runner.execute import execute

SEED = 1
FIRST_CELLS = {
    "numpy": "import numpy as np\nimport matplotlib.pyplot as plt",
    "sklearn": "import pandas as pd\nfrom sklearn.linear_model import LinearRegression",
    "torch": "import torch\nimport torchvision",
    "fastai": "from fastai.vision.all import *",
    "diffusers": "import torch\nfrom diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel",
}
CELLS = (
    "import numpy as np\ndef gram(X):\n    return X.T @ X",
    "assert gram(np.eye(2)).shape == (2, 2)\nprint(gram(np.eye(2)))",
)
LIMITS = Limits(wall_s=120, cell_s=120, memory_mb=4096)


def inputs(rng: np.random.Generator) -> Inputs:
    """One hidden matrix."""
    return Inputs(given={"X": rng.normal(size=(50, 4))})


SPEC = GradingSpec(
    inputs=inputs,
    probes=(ProbeCall(id="gram", target="gram", args=("$X",)),),
    checks=(
        Close(
            id="gram", title="Gram matrix", points=1, probe="gram", reference=lambda drawn: drawn["X"].T @ drawn["X"]
        ),
    ),
)


def notebook(profile: str, *more: str) -> nbformat.NotebookNode:
    """The notebook of a profile: its usual imports, a function, a check."""
    cells = [nbformat.v4.new_code_cell(source) for source in (FIRST_CELLS[profile], *CELLS, *more)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


def prepare(folder: Path, profile: str, *more: str, run_id: str = "bench") -> RunRequest:
    """Write what a run needs into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = SPEC.draw(SEED)
    write_inputs(drawn, folder / INPUTS_FILE)
    nbformat.write(notebook(profile, *more), folder / NOTEBOOK_FILE)
    request = RunRequest(
        run_id=run_id,
        attempt=1,
        exercise="bench",
        profile=profile,
        limits=LIMITS,
        inputs=drawn.for_learner(),
        probes=SPEC.probes,
    )
    (folder / REQUEST_FILE).write_text(request.to_json())
    return request


def run_once(folder: Path, profile: str) -> dict[str, float]:
    """Seconds of one run and its grading: the whole, what was not the learner's, and the phases."""
    request = prepare(folder, profile)
    started = time.perf_counter()
    result = execute(folder, request)
    executed = time.perf_counter()
    artefacts = folder / RESULT_FOLDER / ARTEFACT_FOLDER
    report = grade(SPEC, seed=SEED, artefacts=artefacts)
    ended = time.perf_counter()
    if report.score != report.max_score:
        raise SystemExit(f"The run of {profile} went wrong: {result.outcome} {result.reason} {result.detail}")
    calls = sum(json.loads((artefacts / f"{probe.id}.json").read_bytes())["seconds"] for probe in SPEC.probes)
    learner = sum(cell.seconds for cell in result.cells) + calls
    phases = dict(result.phases_s)
    phases["cells: between"] = phases["cells"] - sum(cell.seconds for cell in result.cells)
    phases["probe: harness"] = phases.pop("probe: calls") - calls
    phases["grading"] = ended - executed
    phases["folders, watchdog, result"] = (
        executed - started - sum(result.phases_s[name] for name in ("starting", "cells", "probe", "closing"))
    )
    for whole in ("starting", "cells", "probe"):
        del phases[whole]
    return {"overhead": ended - started - learner, **phases}


def papermill_once(folder: Path) -> float:
    """Seconds of plain papermill for the fastai notebook, its own imports already paid."""
    import papermill

    nbformat.write(notebook("fastai"), folder / "plain.ipynb")
    started = time.perf_counter()
    papermill.execute_notebook(folder / "plain.ipynb", folder / "out.ipynb", kernel_name="python3", progress_bar=False)
    return time.perf_counter() - started


def measure(profiles: list[str], n: int, folder: Path) -> dict[str, Any]:
    """Overhead and phases per profile, and papermill, one of each in turn, `n` times."""
    rounds: dict[str, list[dict[str, float]]] = {profile: [] for profile in profiles}
    plain: list[float] = []
    for profile in profiles:
        run_once(folder / "first", profile)  # starts the zygote
    for number in range(n):
        for profile in profiles:
            nursery.wait_for_spares()
            rounds[profile].append(run_once(folder / f"{profile}-{number}", profile))
        plain.append(papermill_once(folder))
    cold = round(statistics.median(plain), 3)
    figures: dict[str, Any] = {"profiles": {}, "papermill_cold_s": {"n": n, "median": cold}}
    for profile, runs in rounds.items():
        overheads = sorted(run["overhead"] for run in runs)
        figures["profiles"][profile] = {
            "n": n,
            "overhead_s": {
                "median": round(statistics.median(overheads), 4),
                "p95": round(float(np.quantile(overheads, 0.95)), 4),
            },
            "phases_s": {
                name: round(statistics.median(run[name] for run in runs), 4) for name in runs[0] if name != "overhead"
            },
        }
    if "fastai" in profiles:
        ratio = cold / figures["profiles"]["fastai"]["overhead_s"]["median"]
        figures["ratio_fastai"] = round(ratio, 1)
    return figures


def proportional_mb(processes: list[psutil.Process]) -> float:
    """Memory of `processes`, shared pages counted by their share."""
    return sum(process.memory_full_info().pss for process in processes) / 2**20


def memory_per_run(folder: Path) -> float:
    """What each further run of the fastai notebook at the same time takes, in MB."""
    sizes = {}
    for together in (1, 3):
        reached, go_on = threading.Semaphore(0), threading.Event()

        def wait(progress: Any, reached: threading.Semaphore = reached, go_on: threading.Event = go_on) -> None:
            # The watchdog reports too: only the thread that begins the last cell may be held up.
            if progress.cell == len(CELLS) + 1 and not threading.current_thread().daemon and not go_on.is_set():
                reached.release()
                go_on.wait(timeout=120)

        threads = []
        for number in range(together):
            place = folder / f"memory-{together}-{number}"
            request = prepare(place, "fastai", "pass")
            threads.append(threading.Thread(target=execute, args=(place, request), kwargs={"on_progress": wait}))
            threads[-1].start()
        for _ in threads:
            reached.acquire(timeout=120)
        nursery.wait_for_spares()
        sizes[together] = proportional_mb(psutil.Process().children(recursive=True))
        go_on.set()
        for thread in threads:
            thread.join()
    return round((sizes[3] - sizes[1]) / 2, 1)


def throughput(count: int, folder: Path) -> float:
    """Fastai submissions per minute through the embedded queue and a worker with two slots, each graded."""
    settings = {"STUDYHUB_VAR": str(folder), "STUDYHUB_DEBUG": "1", "STUDYHUB_WARM": "1"}
    os.environ.update(settings)
    from apps.runner import worker

    worker.app.config_from_object(broker.celery_settings(), force=True)
    program = [sys.executable, "-m", "apps.runner.worker", "--slots", "2", "--loglevel", "WARNING"]
    process = subprocess.Popen(program, env={**os.environ})
    try:
        submit(2, folder, worker.app.send_task)  # both pool processes have a zygote now
        started = time.perf_counter()
        submit(count, folder, worker.app.send_task)
        return round(60 * count / (time.perf_counter() - started), 1)
    finally:
        process.terminate()
        process.wait(timeout=30)


def submit(count: int, folder: Path, send: Callable[..., Any], profile: str = "fastai") -> None:
    """Queue `count` runs, wait for each result and grade it."""
    waiting = []
    for _ in range(count):
        run_id = str(uuid.uuid4())
        place = folder / "runs" / run_id / "1"
        prepare(place, profile, run_id=run_id)
        waiting.append(place / RESULT_FOLDER)
        send(broker.EXECUTE_TASK, args=(run_id, 1), queue=broker.CPU_QUEUE, ignore_result=True)
    for result in waiting:
        while not (result / RESULT_FILE).exists():
            time.sleep(0.005)
        report = grade(SPEC, seed=SEED, artefacts=result / ARTEFACT_FOLDER)
        if report.score != report.max_score:
            raise SystemExit(f"A run went wrong: {(result / RESULT_FILE).read_text()}")
        shutil.rmtree(result.parents[1])


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(text + "\n")


def show(figures: dict[str, Any]) -> None:
    """The tables."""
    say(f"\n{figures['machine']}; plain papermill, fastai notebook: {figures['papermill_cold_s']['median']:.2f} s")
    if "ratio_fastai" in figures:
        say(f"fastai: papermill takes {figures['ratio_fastai']:g} times as long as our overhead\n")
    profiles = figures["profiles"]
    say(f"{'seconds, medians':32}" + "".join(f"{name:>11}" for name in profiles))
    for row in ("median", "p95"):
        values = [profile["overhead_s"][row] for profile in profiles.values()]
        say(f"{'overhead, ' + row:32}" + "".join(f"{value:11.3f}" for value in values))
    for name in next(iter(profiles.values()))["phases_s"]:
        values = [profile["phases_s"][name] for profile in profiles.values()]
        say(f"  {name:30}" + "".join(f"{value:11.4f}" for value in values))
    if "throughput" in figures:
        say(f"\nsubmissions per minute (fastai, two slots): {figures['throughput']['submissions_per_min']:g}")
        say(f"a loop of plain papermill:                  {figures['throughput']['papermill_per_min']:g}")
    if "memory_mb_per_run" in figures:
        say(f"memory of each further run at once, MB:     {figures['memory_mb_per_run']:g}")


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m studyhub.bench", description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=20, help="runs per profile (default: 20)")
    parser.add_argument("--throughput", type=int, default=100, help="submissions through the queue; 0: leave that out")
    parser.add_argument("--profiles", nargs="+", choices=sorted(FIRST_CELLS), default=list(FIRST_CELLS))
    options = parser.parse_args()
    var = env.var_folder()
    with tempfile.TemporaryDirectory(prefix="studyhub-bench-") as name:
        figures = measure(options.profiles, options.n, Path(name))
        if "fastai" in options.profiles:
            figures["memory_mb_per_run"] = memory_per_run(Path(name))
        nursery.end_all()
        if options.throughput:
            figures["throughput"] = {
                "n": options.throughput,
                "submissions_per_min": throughput(options.throughput, Path(name)),
                "papermill_per_min": round(60 / figures["papermill_cold_s"]["median"], 1),
            }
    memory = round(psutil.virtual_memory().total / 2**30)
    load = [round(value, 1) for value in os.getloadavg()]
    figures["machine"] = (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory} GB, Python {platform.python_version()}"
    )
    figures["load_average_at_the_end"] = load
    target = var / "bench" / "runner.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(figures, indent=1))
    show(figures)


if __name__ == "__main__":
    main()
