"""What crosses the border between the platform and a runner: plain data that travels as JSON.

Both sides import this module and nothing else of each other. A run has a folder of its own in the run store:

    request.json     RunRequest                                  written by the platform
    notebook.ipynb   the learner's notebook, outputs stripped    written by the platform
    inputs.npz       the hidden inputs, never the answers        written by the platform
    data/            the exercise's public files                 written by the platform
    cancel           exists once the run is to be stopped        written by the platform
    claim            exists once a runner has taken it up        written by the runner
    result/          result.json, executed.ipynb, artefacts/     written by the runner
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Self

REQUEST_FILE = "request.json"
NOTEBOOK_FILE = "notebook.ipynb"
INPUTS_FILE = "inputs.npz"
DATA_FOLDER = "data"
CANCEL_FILE = "cancel"
CLAIM_FILE = "claim"
RESULT_FOLDER = "result"
RESULT_FILE = "result.json"
EXECUTED_FILE = "executed.ipynb"
ARTEFACT_FOLDER = "artefacts"


class Outcome(StrEnum):
    """How a run ended, before anything was graded."""

    COMPLETED = "completed"
    LEARNER_ERROR = "learner_error"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_TOO_LARGE = "output_too_large"
    DISK_FULL = "disk_full"
    TOO_MANY_PROCESSES = "too_many_processes"
    CANCELLED = "cancelled"
    PLATFORM_ERROR = "platform_error"


class CellStatus(StrEnum):
    """What became of one code cell, by the runner's own account (never the notebook's)."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one run may use. Seconds are wall clock; sizes are in the unit of the name (powers of 1024).

    `gpu_memory_mb` 0 is all that the GPU or its slice has; what CUDA takes for itself, some 600 MB, counts.
    """

    wall_s: float = 60.0
    cell_s: float = 30.0
    memory_mb: int = 1024
    disk_mb: int = 64
    processes: int = 64
    output_kb: int = 2048
    cell_output_kb: int = 1024
    artefact_mb: int = 16
    gpu_memory_mb: int = 0


@dataclass(frozen=True, kw_only=True)
class ProbeCall:
    """One look at what the notebook defines, taken after its last cell.

    `target` is a dotted name in the notebook's namespace (`fit`, `model.predict`, `losses`). With `call` it is
    called; without, its value is read. In `args` and `kwargs` a string `"$name"` stands for the hidden input
    `name`, any other JSON value for itself. `seed` is given to `random`, NumPy and torch just before.
    """

    id: str
    target: str
    call: bool = True
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    timeout_s: float = 10.0


@dataclass(frozen=True, kw_only=True)
class HiddenInput:
    """How one entry of the hidden inputs is handed to the learner's code.

    `array`: the array `name` of inputs.npz · `tensor`: the same as a torch tensor · `table`: a pandas DataFrame whose
    columns are the arrays `name/<column>`, in the order of `columns` · `json`: `value` itself.
    """

    name: str
    kind: Literal["array", "tensor", "table", "json"]
    columns: tuple[str, ...] = ()
    value: Any = None


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """All that a runner is told about a run. Holds no answer, no secret and no path of the platform."""

    run_id: str
    attempt: int
    exercise: str
    profile: str
    accelerator: Literal["cpu", "gpu", "prefer-gpu"] = "cpu"
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    forbid: tuple[str, ...] = ()
    inputs: tuple[HiddenInput, ...] = ()
    probes: tuple[ProbeCall, ...] = ()

    def to_json(self) -> str:
        """The request as JSON text."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read back what `to_json` wrote. Raises TypeError or ValueError for anything else."""
        data = json.loads(text)
        data["limits"] = Limits(**data["limits"])
        data["forbid"] = tuple(data["forbid"])
        data["inputs"] = tuple(HiddenInput(**{**i, "columns": tuple(i["columns"])}) for i in data["inputs"])
        data["probes"] = tuple(ProbeCall(**{**p, "args": tuple(p["args"])}) for p in data["probes"])
        return cls(**data)


@dataclass(kw_only=True)
class CellReport:
    """One code cell: `index` counts all cells of the notebook from 0, Markdown included."""

    index: int
    status: CellStatus = CellStatus.PENDING
    seconds: float = 0.0


@dataclass(kw_only=True)
class Resources:
    """What the run used: `peak_mb` is proportional memory of all its processes, `cpu_s` their processor seconds.

    `gpu_peak_mb` is the memory of its GPU, as far as the watchdog saw it; 0 for a run without one.
    """

    peak_mb: float = 0.0
    cpu_s: float = 0.0
    output_kb: float = 0.0
    gpu_peak_mb: float = 0.0


@dataclass(kw_only=True)
class RunResult:
    """What a run came to. `reason` is a sentence for the learner; `detail` is for operators and never shown to one."""

    run_id: str
    attempt: int
    outcome: Outcome
    reason: str = ""
    detail: str = ""
    error: dict[str, Any] = field(default_factory=dict)
    cells: list[CellReport] = field(default_factory=list)
    phases_s: dict[str, float] = field(default_factory=dict)
    resources: Resources = field(default_factory=Resources)
    environment: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The result as JSON text."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read back what `to_json` wrote. Raises TypeError or ValueError for anything else."""
        data = json.loads(text)
        data["outcome"] = Outcome(data["outcome"])
        data["cells"] = [CellReport(**{**c, "status": CellStatus(c["status"])}) for c in data["cells"]]
        data["resources"] = Resources(**data["resources"])
        return cls(**data)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Sent while a run lives, at each change and as a heartbeat: `cell` is the index of the running cell or None."""

    run_id: str
    attempt: int
    phase: Literal["starting", "cells", "probe", "closing"]
    cell: int | None = None
    cells: tuple[CellReport, ...] = ()
    elapsed_s: float = 0.0
