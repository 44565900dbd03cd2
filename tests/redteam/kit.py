"""What all families share: an exercise, an attack on it, and a look at what is left when it is over.

The exercise asks for two functions. `double` is easy and worth 1 point: an attack defines it honestly, so its point
shows that the notebook ran and was graded. `secret` is worth 9 and can't be earned: the right answers hang on weights
that are drawn anew for each run and stay with the grader.
"""

from __future__ import annotations

import gc
import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import dedent, indent
from types import SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import psutil

from apps.grading import Close, GradingSpec, Inputs
from apps.runner import contract
from apps.runner.contract import Limits, Outcome, ProbeCall, RunRequest, RunResult
from apps.runner.execute import execute
from apps.runner.store import FolderAttempt
from apps.submissions.grading import report_on, score_of

SEED = 1234567
FULL = 10.0
LIMITS = {"wall_s": 60.0, "cell_s": 60.0, "memory_mb": 320, "disk_mb": 16, "processes": 16, "artefact_mb": 8}
LIMITS |= {"output_kb": 512, "cell_output_kb": 256}
# For who may run into a limit of time; all others have enough of it to come to their own end, on the busiest machine.
BRIEF = {"wall_s": 10.0, "cell_s": 5.0, "call_s": 2.0}


def draw(rng: np.random.Generator) -> Inputs:
    X = rng.normal(size=(5, 3))
    return Inputs(given={"X": X}, hidden={"y": X @ rng.normal(size=3)})


SPEC = GradingSpec(
    inputs=draw,
    probes=(
        ProbeCall(id="double", target="double", args=("$X",)),
        ProbeCall(id="secret", target="secret", args=("$X",)),
    ),
    checks=(
        Close(id="double", title="Double", points=1, probe="double", reference=lambda inputs: 2 * inputs["X"]),
        Close(id="secret", title="Secret", points=9, probe="secret", reference=lambda inputs: inputs["y"]),
    ),
)
ANSWERS = SPEC.draw(SEED)["y"]
PACKAGE = SimpleNamespace(spec=lambda: SPEC, manifest=SimpleNamespace(limits=Limits(**LIMITS)))

HONEST = """
import numpy as np

def double(X):
    return 2 * X

def secret(X):
    return np.zeros(len(X))
"""

# For attacks that try something and are refused: `got` says that they were not. An attack's last word is "TRIED".
TOOLS = """
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)

def got(*what):
    print("GOT", *what)

def syscall(number, *arguments):
    "The answer of a system call, or minus its error."
    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    return answer if answer >= 0 else -ctypes.get_errno()

def attempt(call, *arguments, **keywords):
    "What the call gives, None where it is refused."
    try:
        return call(*arguments, **keywords)
    except (OSError, ValueError, ImportError, MemoryError) as error:
        print("refused:", type(error).__name__, error)

def expect_refusal(call, *arguments, **keywords):
    try:
        got(call(*arguments, **keywords))
    except (OSError, ValueError, ImportError) as error:
        print("refused:", type(error).__name__, error)
"""

# For attacks on what the probe wrote: `spoil` is called when the last of it has been written.
SPOIL = """
import json as _json
OUT = "/run/studyhub/out/"
_written, _dump = [], _json.dump

def _spoiling(report, file, **keywords):
    _dump(report, file, **keywords)
    file.flush()
    _written.append(report["probe"])
    if _written == ["double", "secret"]:
        spoil()

_json.dump = _spoiling
"""


@dataclass(frozen=True)
class Attack:
    """A hostile notebook: `code` runs after an honest first cell. What must come of it, and of its score.

    `said` is a pattern that its outputs hold: proof that the attack was made. `reason` is a pattern for the learner's
    sentence. `artefact` is a pattern for what the probe `secret` brought back. After `seconds` it hangs.
    """

    code: str
    outcome: str | tuple[str, ...] = "completed"
    score: float = 1.0
    said: str = ""
    reason: str = ""
    artefact: str = ""
    limits: dict[str, float] = field(default_factory=dict)
    seconds: float = 90.0

    def __post_init__(self) -> None:
        """Attacks are written as indented blocks."""
        object.__setattr__(self, "code", dedent(self.code))
        if "timed_out" in self.outcomes:
            object.__setattr__(self, "limits", {**BRIEF, **self.limits})

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What may come of it."""
        return (self.outcome,) if isinstance(self.outcome, str) else self.outcome


def tries(code: str, **expected) -> Attack:
    """An attack that says GOT where it succeeds and TRIED when it has come to its end."""
    return Attack(f"{TOOLS}\n{dedent(code)}\nprint('TRIED')", said=r"\ATRIED|\nTRIED", **expected)


def spoils(code: str, **expected) -> Attack:
    """An attack on the files of the outbox, made the moment they are all written."""
    body = indent(dedent(code), "    ")
    return Attack(f"def spoil():\n    import os\n{body}\n{SPOIL}", **expected)


@dataclass
class Ran:
    """A run that is over."""

    folder: Path
    result: RunResult
    seconds: float

    @property
    def score(self) -> float:
        return score_of(report_on(self.result, package=PACKAGE, seed=SEED, stored=FolderAttempt(self.folder)))

    @property
    def executed(self) -> str:
        """The executed notebook as text; nothing where there is none."""
        path = self.folder / contract.RESULT_FOLDER / contract.EXECUTED_FILE
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def stdout(self) -> str:
        cells = json.loads(self.executed)["cells"] if self.executed else []
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        texts = [output["text"] for output in outputs if output["output_type"] == "stream"]
        return "".join(text if isinstance(text, str) else "".join(text) for text in texts)

    def artefact(self, probe: str) -> bytes:
        path = self.folder / contract.RESULT_FOLDER / contract.ARTEFACT_FOLDER / f"{probe}.json"
        return path.read_bytes() if path.is_file() else b""


def run_notebook(
    folder: Path, *sources: str, on_progress=None, warm: bool = True, call_s: float = 30.0, **limits: float
) -> Ran:
    """Run `sources` as the cells of a hand-in to the exercise, as the platform would have it run.

    A call of the probe gets `call_s`; the other limits are those of Limits.
    """
    folder.mkdir(parents=True)
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / contract.NOTEBOOK_FILE)
    inputs = SPEC.draw(SEED)
    np.savez(folder / contract.INPUTS_FILE, **inputs.arrays)
    (folder / contract.DATA_FOLDER).mkdir()
    request = RunRequest(
        run_id=folder.name,
        attempt=1,
        exercise="redteam",
        profile="numpy",
        limits=Limits(**{**LIMITS, **limits}),
        inputs=inputs.for_learner(),
        probes=tuple(replace(probe, timeout_s=call_s) for probe in SPEC.probes),
    )
    started = time.perf_counter()
    result = execute(folder, request, on_progress=on_progress, warm=warm)
    return Ran(folder, result, time.perf_counter() - started)


@dataclass(frozen=True)
class Trace:
    """What this process holds, and what it has left in its temporary folder."""

    children: tuple[str, ...]
    descriptors: tuple[str, ...]
    threads: tuple[str, ...]
    mounts: tuple[str, ...]
    files: tuple[str, ...]

    @classmethod
    def now(cls) -> Trace:
        """As it is at this moment, after what nobody refers to any more has been cleared away."""
        gc.collect()
        me = Path("/proc/self")
        return cls(
            children=_named(lambda child: child.name(), psutil.Process().children(recursive=True)),
            # Not what a watchdog reads of its run just now: under load it is always at it.
            descriptors=tuple(
                name for name in _named(os.readlink, list((me / "fd").iterdir())) if not name.startswith("/proc/")
            ),
            threads=_named(lambda task: (task / "comm").read_text().strip(), list((me / "task").iterdir())),
            mounts=tuple(Path("/proc/self/mountinfo").read_text().splitlines()),
            files=tuple(sorted(os.listdir(tempfile.gettempdir()))),
        )

    def beyond(self, before: Trace) -> list[str]:
        """What is there now and was not there `before`."""
        left = [f"mount {mount}" for mount in self.mounts if mount not in before.mounts]
        left += [f"file {name}" for name in self.files if name not in before.files]
        for name in ("children", "descriptors", "threads"):
            now, then = Counter(getattr(self, name)), Counter(getattr(before, name))
            if now.total() > then.total():
                left.append(f"{now.total()} {name} instead of {then.total()}: {dict(now - then)}")
        return left


def _named(name: Callable[[Any], str], things: list[Any]) -> tuple[str, ...]:
    """What things are called, but for those that have ended since they were listed."""
    names = []
    for thing in things:
        with suppress(FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
            names.append(name(thing))
    return tuple(names)


def settles(holds: Callable[[], bool], *, within_s: float = 60.0) -> bool:
    """Whether it `holds` within the time that threads and the kernel of the machine need to clear up."""
    until = time.monotonic() + within_s
    pause = 0.01
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(pause)
        pause = min(2 * pause, 0.2)
    return True


def left_behind(before: Trace, *, within_s: float = 60.0) -> list[str]:
    """What is left since `before`, once things have settled."""
    left: list[str] = []

    def nothing() -> bool:
        left[:] = Trace.now().beyond(before)
        return not left

    settles(nothing, within_s=within_s)
    return left


def memory() -> int:
    """The bytes of memory that this process holds, without what nobody refers to any more."""
    gc.collect()
    size: int = psutil.Process().memory_info().rss
    return size


def marked_processes(mark: str) -> list[int]:
    """Processes anywhere on this machine, but for this one, that carry `mark` in their command line."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if process.pid != os.getpid() and any(mark in word for word in process.info["cmdline"] or []):
            found.append(process.pid)
    return found


def assert_held(attack: Attack, ran: Ran) -> None:
    """The attack was made, came to what it had to come to, and brought nothing."""
    assert ran.result.outcome in attack.outcomes, (ran.result.reason, ran.result.detail, ran.stdout[-2000:])
    assert ran.result.outcome != Outcome.PLATFORM_ERROR
    assert not re.search(r"^GOT.*", ran.stdout, re.MULTILINE), ran.stdout[-2000:]
    assert re.search(attack.said, ran.stdout), ran.stdout[-2000:]
    assert re.search(attack.reason, ran.result.reason), ran.result.reason
    assert re.search(attack.artefact.encode(), ran.artefact("secret"), re.DOTALL), ran.artefact("secret")[:2000]
    assert ran.score == attack.score
    texts = (ran.executed, *(ran.artefact(probe).decode(errors="replace") for probe in ("double", "secret")))
    assert not any(repr(float(answer))[:12] in text for answer in ANSWERS for text in texts)
    assert ran.seconds < attack.seconds
