"""papermill's seam: an engine whose client keeps its own account of the run, and looks at what the notebook defined.

papermill misreports: a timed-out cell stands as completed, `sys.exit(0)` raises nothing. So statuses, times and the
error come from here alone, and papermill's metadata is thrown away.
"""

from __future__ import annotations

import copy
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import DeadKernelError
from papermill.engines import Engine

from apps.runner import sandbox
from apps.runner import zygote_nursery as nursery
from apps.runner.client import KERNEL as KERNEL
from apps.runner.client import QuickClient
from apps.runner.contract import INPUTS_FILE, CellReport, CellStatus, Limits, Outcome, RunRequest
from apps.runner.errors import KernelStartError
from apps.runner.monitor import Monitor
from apps.runner.prelude import prelude
from apps.runner.provisioner import KernelSite

# papermill logs paths and cell texts as it goes; what matters of a run is in its result.
logging.getLogger("papermill").setLevel(logging.WARNING)
# jupyter_client and nbclient log, under this name, what they then raise.
logging.getLogger("traitlets").setLevel(logging.CRITICAL)

ENGINE = "studyhub"
HARNESS = Path(__file__).with_name("harness.py")
KIB = 1024
# An output costs at least this, however empty: a million empty ones must not pass for nothing.
OUTPUT_OVERHEAD = 256


@dataclass
class Session:
    """What the engine learns about one run while it goes on."""

    request: RunRequest
    site: KernelSite
    monitor: Monitor
    inputs: Path
    on_change: Callable[[], None]
    phase: str = "starting"
    running: int | None = None
    cells: list[CellReport] = field(default_factory=list)
    phases_s: dict[str, float] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    executed: nbformat.NotebookNode | None = None
    collect: Callable[[], None] = lambda: None
    output_bytes: int = 0
    _phase_started: float = field(default_factory=time.perf_counter)
    _part_started: float = field(default_factory=time.perf_counter)

    def enter(self, phase: str) -> None:
        """The next phase begins: book the time of the last one, and say so."""
        self.leave()
        self.phase = phase
        self.on_change()

    def leave(self) -> None:
        """The phase is over: book its time."""
        now = time.perf_counter()
        self.phases_s[self.phase] = self.phases_s.get(self.phase, 0.0) + now - self._phase_started
        self._phase_started = self._part_started = now

    def note(self, part: str) -> None:
        """A part of the phase is over: book its time a second time, under a name of its own."""
        now = time.perf_counter()
        self.phases_s[f"{self.phase}: {part}"] = now - self._part_started
        self._part_started = now


class StudyHubEngine(Engine):
    """Registered with papermill under the name `studyhub`; needs the keyword `session`."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, session: Session, **kwargs: Any) -> None:
        """Called by papermill: run the cells, then the probe; leave the executed notebook in the session."""
        client = StudyHubClient(nb_man, session=session, kernel_name=kernel_name)
        try:
            client.execute(site=session.site)
        finally:
            # A copy: papermill writes markers of its own into the notebook when a cell has failed.
            session.executed = copy.deepcopy(nb_man.nb)
            for cell in session.executed.cells:
                if cell.cell_type == "code":
                    cell.outputs = merge_streams(cell.outputs)


class StudyHubClient(QuickClient):
    """papermill's client with a budget for outputs and an account of its own."""

    def __init__(self, nb_man: Any, *, session: Session, **kwargs: Any) -> None:
        self.session = session
        self.cell_bytes = 0
        super().__init__(
            nb_man,
            on_cell_execute=self.cell_begins,
            on_cell_executed=self.cell_ends,
            on_cell_error=self.cell_fails,
            inbox=session.site.inbox,
            note=session.note,
            **kwargs,
        )

    def execute(self, **kwargs: Any) -> nbformat.NotebookNode:
        """Start the kernel, seed it, run the cells, probe, end the kernel."""
        session = self.session
        self.reset_execution_trackers()
        try:
            self.execute_in_kernel(session, **kwargs)
        except DeadKernelError as error:
            if session.site.lost:
                raise KernelStartError("The kernel's zygote ended during the run.") from error
            raise
        return self.nb

    def execute_in_kernel(self, session: Session, **kwargs: Any) -> None:
        """The work of `execute`. Raises DeadKernelError where the kernel ends meanwhile."""
        with self.setup_kernel(**kwargs):
            reply = self.ask(prelude(session.request))
            session.note("prelude")
            # The next run's kernel is made while this one's cells run.
            nursery.refill(session.request, session.site.gpu)
            if reply["status"] != "ok":
                raise KernelStartError(
                    f"The kernel could not be made ready: {reply.get('ename')}: {reply.get('evalue')}"
                )
            session.enter("cells")
            limit = session.request.limits.wall_s
            session.monitor.expect("run", limit, f"The notebook took longer than {limit:g} s.")
            self.papermill_execute_cells()
            session.monitor.forget("run")
            session.monitor.look()
            if session.request.probes and not stopped_by_limit(session.error):
                session.enter("probe")
                self.probe()
                session.note("calls")
                session.collect()
                session.note("collecting")
            self.set_widgets_metadata()
            session.enter("closing")

    def probe(self) -> None:
        """Hand in the hidden inputs and let the harness call what the notebook defined."""
        session = self.session
        limit = sum(probe.timeout_s for probe in session.request.probes) + 5
        session.monitor.expect("probe", limit, f"Calling the notebook's functions took longer than {limit:g} s.")
        if session.inputs.exists():
            session.site.hand_in(session.inputs)
        self.ask(probe_code(session.request, session.site))
        session.monitor.forget("probe")

    def ask(self, code: str) -> dict[str, Any]:
        """Execute code of the platform's own in the kernel, out of the learner's sight; wait until it is done.

        Returns the kernel's reply. Raises DeadKernelError when the kernel ends meanwhile.
        """
        assert self.kc is not None
        message_id = self.kc.execute(code, silent=True, store_history=False, stop_on_error=False)
        reply: dict[str, Any] = self.wait_for_reply(message_id)
        return reply["content"]

    def cell_begins(self, cell: Any, cell_index: int) -> None:
        """Hook of nbclient: a code cell is about to be sent."""
        session, limits = self.session, self.session.request.limits
        self.cell_bytes = 0
        report = self.report(cell_index)
        report.status, report.seconds = CellStatus.RUNNING, time.perf_counter()
        session.running = cell_index
        number = session.cells.index(report) + 1
        session.monitor.expect("cell", limits.cell_s, f"Cell {number} took longer than {limits.cell_s:g} s.")
        session.on_change()

    def cell_ends(self, cell: Any, cell_index: int, execute_reply: dict[str, Any]) -> None:
        """Hook of nbclient: the kernel has answered."""
        report = self.report(cell_index)
        report.seconds = time.perf_counter() - report.seconds
        ok = execute_reply["content"]["status"] == "ok"
        report.status = CellStatus.COMPLETED if ok else CellStatus.FAILED
        self.session.running = None
        self.session.monitor.forget("cell")
        self.session.on_change()

    def cell_fails(self, cell: Any, cell_index: int, execute_reply: dict[str, Any]) -> None:
        """Hook of nbclient: the answer was an error. A public check may fail without ending the run."""
        if "raises-exception" in cell.metadata.get("tags", []):
            return
        content = execute_reply["content"]
        self.session.error = {
            "cell": cell_index,
            "number": self.session.cells.index(self.report(cell_index)) + 1,
            "name": str(content.get("ename", ""))[:100],
            "message": str(content.get("evalue", ""))[:1000],
        }

    def report(self, cell_index: int) -> CellReport:
        """The report on the cell at `cell_index` of the notebook."""
        return next(report for report in self.session.cells if report.index == cell_index)

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Called by nbclient for each message of a cell: past the budget the run ends and nothing more is kept."""
        if msg["msg_type"] in {"stream", "display_data", "update_display_data", "execute_result", "error"}:
            size = OUTPUT_OVERHEAD + weigh(msg["content"])
            self.cell_bytes += size
            self.session.output_bytes += size
            if self.over_budget(self.session.request.limits):
                return None
        return super().process_message(msg, cell, cell_index)

    def over_budget(self, limits: Limits) -> bool:
        """Whether the outputs are past their budget; if so, ends the run."""
        if self.cell_bytes > limits.cell_output_kb * KIB:
            reason = f"The output of one cell was larger than {limits.cell_output_kb} kB."
        elif self.session.output_bytes > limits.output_kb * KIB:
            reason = f"The outputs of all cells together were larger than {limits.output_kb} kB."
        else:
            return False
        self.session.monitor.stop(Outcome.OUTPUT_TOO_LARGE, reason)
        return True


def merge_streams(outputs: list[Any]) -> list[Any]:
    """The outputs with neighbouring texts of one stream joined.

    nbclient can do this too (`coalesce_streams`), with a pattern whose time grows with the square of a line's length: a
    line of a megabyte takes minutes, which no watchdog of the sandbox would end.
    """
    merged: list[Any] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if output.output_type == "stream" and last and last.output_type == "stream" and last.name == output.name:
            last.parts.append(output.text)
        else:
            merged.append(output)
            if output.output_type == "stream":
                output.parts = [output.text]
    for output in merged:
        if output.output_type == "stream":
            output.text = "".join(output.pop("parts"))
    return merged


def weigh(content: Any) -> int:
    """About the bytes that a message's content takes in a notebook file."""
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return sum(len(str(key)) + weigh(value) for key, value in content.items())
    if isinstance(content, list):
        return sum(weigh(item) for item in content)
    return 8


def probe_code(request: RunRequest, site: KernelSite) -> str:
    """Code that runs the harness in a namespace of its own, with the notebook's at hand."""
    prefix = "" if site.root.startswith("/proc/") else site.root
    order = {
        "inputs": [vars(item) for item in request.inputs],
        "probes": [vars(probe) for probe in request.probes],
        "inputs_file": f"{prefix}{sandbox.INBOX}/{INPUTS_FILE}",
        "outbox": prefix + sandbox.OUTBOX,
        "space": request.limits.artefact_mb * KIB * KIB // 2,
    }
    namespace = f"{{'NAMESPACE': globals(), 'REQUEST': {json.dumps(order)!r}, '__name__': 'studyhub_probe'}}"
    return f"exec(compile({HARNESS.read_text()!r}, '<studyhub>', 'exec'), {namespace})"


def stopped_by_limit(error: dict[str, Any]) -> Outcome | None:
    """The limit behind an exception that a cell raised because it met one; None for any other error."""
    name, message = error.get("name", ""), error.get("message", "")
    if name == "OutputTooLarge":
        return Outcome.OUTPUT_TOO_LARGE
    memory = ("can't allocate memory", "not enough memory", "CUDA error: out of memory")
    if "MemoryError" in name or any(text in message for text in memory):
        return Outcome.OUT_OF_MEMORY
    if name == "OSError" and ("[Errno 28]" in message or "[Errno 27]" in message):
        return Outcome.DISK_FULL
    if (name == "BlockingIOError" and "[Errno 11]" in message) or "can't start new thread" in message:
        return Outcome.TOO_MANY_PROCESSES
    return None
