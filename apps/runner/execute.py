"""Executes one run: the learner's notebook in the sandbox, then the probe. All that happens becomes a RunResult."""

from __future__ import annotations

import contextlib
import importlib.metadata
import logging
import os
import platform
import re
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from apps.runner import engine, scratch
from apps.runner.collect import collect
from apps.runner.contract import (
    ARTEFACT_FOLDER,
    CANCEL_FILE,
    DATA_FOLDER,
    EXECUTED_FILE,
    INPUTS_FILE,
    NOTEBOOK_FILE,
    REQUEST_FILE,
    RESULT_FILE,
    RESULT_FOLDER,
    CellReport,
    CellStatus,
    Outcome,
    Progress,
    RunRequest,
    RunResult,
)
from apps.runner.errors import KernelStartError, SandboxError
from apps.runner.gpu import Slot
from apps.runner.messages import HostileMessage
from apps.runner.monitor import Monitor
from apps.runner.provisioner import KernelSite, python_version
from studyhub import env

logger = logging.getLogger(__name__)
REPORTED_PACKAGES = {
    "numpy": ("numpy",),
    "sklearn": ("numpy", "pandas", "scikit-learn"),
    "torch": ("numpy", "torch"),
    "fastai": ("numpy", "torch", "fastai"),
    "diffusers": ("numpy", "torch", "diffusers"),
}
# Where Python says that a syntax error is: a file of the kernel's that the learner has never seen.
OWN_FILE = re.compile(r"\(\d+\.py, ")
PROJECT = Path(__file__).resolve().parents[2]


def execute(
    folder: Path,
    request: RunRequest,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    beat_s: float = 2.0,
    warm: bool = True,
    gpu: Slot | None = None,
) -> RunResult:
    """Execute the run whose files lie in `folder` (see contract.py) and write its result there, result.json last.

    `on_progress` is called at each change and every `beat_s` seconds, also from another thread; what it raises ends the
    run as a platform error. With `warm` a zygote is kept for the runs after this one. `gpu` is the device that the run
    has to itself. Never raises for anything a learner's notebook does.
    """
    result_folder = folder / RESULT_FOLDER
    shutil.rmtree(result_folder, ignore_errors=True)
    result_folder.mkdir(parents=True)
    with scratch.run_folder() as own:
        inbox = own / "in"
        inbox.mkdir(mode=0o755)
        result = _execute(folder, request, inbox, on_progress or (lambda progress: None), beat_s, warm, gpu)
    write_atomically(result_folder / RESULT_FILE, result.to_json())
    return result


def _execute(
    folder: Path,
    request: RunRequest,
    inbox: Path,
    on_progress: Callable[[Progress], None],
    beat_s: float,
    warm: bool,
    gpu: Slot | None,
) -> RunResult:
    started = time.perf_counter()
    data = folder / DATA_FOLDER
    site = KernelSite(
        request=request,
        inbox=inbox,
        data=data if data.is_dir() else None,
        hide=(PROJECT, env.var_folder()),
        may_be_warm=warm,
        threads=max(1, (os.cpu_count() or 1) // 2),
        gpu=gpu,
    )

    def report() -> None:
        cells = tuple(CellReport(**vars(cell)) for cell in session.cells)
        on_progress(
            Progress(
                run_id=request.run_id,
                attempt=request.attempt,
                phase=session.phase,  # type: ignore[arg-type]
                cell=session.running,
                cells=tuple(settle(cell) for cell in cells),
                elapsed_s=round(time.perf_counter() - started, 3),
            )
        )

    monitor = Monitor(site, folder / CANCEL_FILE, report, beat_s)
    session = engine.Session(request, site, monitor, folder / INPUTS_FILE, report)
    session.collect = lambda: collect(site.root, request, folder / RESULT_FOLDER / ARTEFACT_FOLDER)
    result = RunResult(run_id=request.run_id, attempt=request.attempt, outcome=Outcome.COMPLETED)
    monitor.start()
    try:
        session.cells = code_cells(folder / NOTEBOOK_FILE)
        papermill.execute_notebook(
            folder / NOTEBOOK_FILE,
            None,
            engine_name=engine.ENGINE,
            kernel_name=engine.KERNEL,
            progress_bar=False,
            log_output=False,
            session=session,
        )
    except Exception as error:
        judge_error(result, error, session)
    finally:
        site.kill()
        monitor.close()
        site.wait_until_gone()
        if site.group and site.group.ran_out_of_memory():
            monitor.stop(Outcome.OUT_OF_MEMORY, f"The notebook used more than {request.limits.memory_mb} MB of memory.")
        close_site(site)
    conclude(result, session)
    write_notebook(folder / RESULT_FOLDER / EXECUTED_FILE, session.executed)
    session.leave()
    result.phases_s = {name: round(seconds, 4) for name, seconds in session.phases_s.items()}
    result.environment = describe_environment(request.profile, gpu)
    return result


def judge_error(result: RunResult, error: Exception, session: engine.Session) -> None:
    """What an exception out of papermill means, as far as the watchdog has not spoken."""
    running = next((n for n, cell in enumerate(session.cells, 1) if cell.status == CellStatus.RUNNING), None)
    if isinstance(error, PapermillExecutionError):
        return  # told from our own account of the cells
    if isinstance(error, DeadKernelError) and (running or session.phase == "probe"):
        where = f"while cell {running} was running" if running else "while your functions were being called"
        result.outcome = Outcome.LEARNER_ERROR
        result.reason = f"Python ended {where}: the code called os._exit, or crashed in a library."
    elif isinstance(error, HostileMessage):
        result.outcome = Outcome.LEARNER_ERROR
        result.reason = f"The notebook disturbed the messages by which its kernel is run: {error}"
    elif isinstance(error, CellTimeoutError) and not session.monitor.stalled_s:
        # We set no time-out of nbclient's: this is its own, for output that never arrived whole. After a stall it
        # may be over before anybody has looked for the output.
        result.outcome = Outcome.OUTPUT_TOO_LARGE
        result.reason = f"The output of cell {running} was too large to be taken over."
    else:
        result.outcome = Outcome.PLATFORM_ERROR
        result.reason = "The notebook could not be run. This is our fault, not yours."
        # What our own errors say is all there is to know; anything else needs its way here.
        known = isinstance(error, SandboxError | KernelStartError)
        result.detail = str(error) if known else "".join(traceback.format_exception(error))[-8000:]
        logger.error("The notebook could not be run", exc_info=error)


def conclude(result: RunResult, session: engine.Session) -> None:
    """Settle outcome and reason: the watchdog's word first, then the learner's error, then what papermill raised."""
    monitor = session.monitor
    result.error = session.error
    if monitor.verdict is not None:
        result.outcome, result.reason = monitor.verdict, monitor.reason
        result.detail = "".join(traceback.format_exception(monitor.error))[-8000:] if monitor.error else ""
    elif session.error and result.outcome == Outcome.COMPLETED:
        number, name, message = (session.error[key] for key in ("number", "name", "message"))
        result.outcome = engine.stopped_by_limit(session.error) or Outcome.LEARNER_ERROR
        first_line = OWN_FILE.sub("(", message.splitlines()[0]) if message else ""
        result.reason = f"Cell {number} raised {name}{': ' + first_line if first_line else ''}"
        if name == "SystemExit":
            result.reason = f"Cell {number} called sys.exit, so the cells after it did not run."
    result.cells = [settle(cell, ended=True) for cell in session.cells]
    result.resources = monitor.used
    result.resources.output_kb = round(session.output_bytes / 1024, 1)
    result.resources.peak_mb = round(result.resources.peak_mb, 1)
    result.resources.cpu_s = round(result.resources.cpu_s, 2)
    result.resources.gpu_peak_mb = round(result.resources.gpu_peak_mb, 1)


def settle(cell: CellReport, *, ended: bool = False) -> CellReport:
    """A report to show: while a cell runs, `seconds` holds its start, which means nothing elsewhere."""
    if cell.status != CellStatus.RUNNING:
        return CellReport(index=cell.index, status=cell.status, seconds=round(cell.seconds, 4))
    status = CellStatus.FAILED if ended else CellStatus.RUNNING
    return CellReport(index=cell.index, status=status, seconds=round(time.perf_counter() - cell.seconds, 4))


def code_cells(notebook: Path) -> list[CellReport]:
    """A report, still pending, for each cell that will be executed."""
    node = nbformat.read(notebook, as_version=4)
    return [
        CellReport(index=n) for n, cell in enumerate(node.cells) if cell.cell_type == "code" and cell.source.strip()
    ]


def close_site(site: KernelSite) -> None:
    """Release what the worker itself holds of a kernel that is gone."""
    if site.stderr is not None:
        site.stderr.close()
    if site.group is not None:
        site.group.close()
    if site.root.startswith(tempfile.gettempdir()):
        shutil.rmtree(site.root, ignore_errors=True)


def write_notebook(path: Path, notebook: nbformat.NotebookNode | None) -> None:
    """Write the executed notebook without papermill's metadata, which names paths of ours and misreports."""
    if notebook is None:
        return
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
    write_atomically(path, nbformat.writes(notebook))


def write_atomically(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all. Half a character becomes a question mark."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8", errors="replace")
    unfinished.replace(path)


def describe_environment(profile: str, gpu: Slot | None = None) -> dict[str, str]:
    """The versions that a result depends on."""
    accelerator = f"{gpu.model}, {gpu.memory_mb} MB, driver {gpu.driver}" if gpu else "cpu"
    versions: dict[str, Any] = {"python": python_version(), "machine": platform.machine(), "accelerator": accelerator}
    for name in REPORTED_PACKAGES[profile]:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # diffusers is installed where it is wanted
            versions[name] = importlib.metadata.version(name)
    return versions


def load_request(folder: Path) -> RunRequest:
    """The request in a run's folder. Raises OSError, TypeError or ValueError where it can't be read."""
    return RunRequest.from_json((folder / REQUEST_FILE).read_bytes())
