"""The worker's side of a zygote: starts one, has it fork runs, hands a run what it may know.

See zygote_inside.py for what runs in the sandbox, nursery.py for which zygotes there are and how long they live.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psutil

from apps.runner import sandbox
from apps.runner.channel import Channel, readable
from apps.runner.contract import Limits
from apps.runner.errors import KernelStartError, SandboxError
from apps.runner.gpu import BEFORE_FORK, Slot
from apps.runner.plan import MIB

LOAD_TIMEOUT_S = 120.0
READY_TIMEOUT_S = 60.0
IDLE_S = 20 * 60
# Where the machine has less to give than this, zygotes without a run end.
SPARE_MEMORY_MB = 512
HERE = Path(__file__).parent
# Makes the other texts importable under their own names, then runs the last.
LOADER = """
import json, sys, types
texts = json.loads(sys.argv.pop(1))
for name in list(texts)[:-1]:
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(texts[name], name, "exec"), module.__dict__)
exec(compile(texts.popitem()[1], "zygote", "exec"))
"""
TEXTS = ("apps.runner.seccomp", "apps.runner.zygote_seal", "apps.runner.zygote_inside")


class WarmRun:
    """A fork of a zygote: first a spare, then the sandbox of one run. `pid` is its pid 1 as the host counts."""

    def __init__(self, zygote: Zygote) -> None:
        self.zygote = zygote
        self.key = secrets.token_hex(32)
        self.channel = Channel()
        self.handle = self.kernel = -1
        # Before its first cell, once it is claimed: proportional and resident megabytes of its processes.
        self.fresh_mb: tuple[float, float] | None = None
        zygote.control.send((self.channel.theirs.fileno(),), key=self.key)
        self.channel.theirs.close()

    @property
    def pid(self) -> int:
        """The host's number of the process whose end is the end of all others of the run; known once it is ready."""
        return self.channel.pid

    def wait_until_ready(self) -> None:
        """Return once the kernel would answer. Raises KernelStartError where it won't."""
        if self.handle < 0:
            self.channel.expect("ready", READY_TIMEOUT_S)
            self.handle = os.pidfd_open(self.pid)
            # Init's only child.
            with contextlib.suppress(OSError), open(f"/proc/{self.pid}/task/{self.pid}/children") as children:
                self.kernel = os.pidfd_open(int(children.read().split()[0]))

    def claim(self, limits: Limits, data: Path | None) -> None:
        """Make this spare the sandbox of one run. Raises KernelStartError where that fails."""
        self.wait_until_ready()
        try:
            if data:
                self._hand_in_data(data)
            self.channel.send(
                do="claim",
                disk_mb=limits.disk_mb,
                artefact_mb=limits.artefact_mb,
                rlimits=sandbox.rlimits(limits, self.zygote.gpu),
            )
        except OSError as error:
            raise KernelStartError(f"A warm kernel ended before its first cell: {error}") from error
        self.channel.expect("claimed", READY_TIMEOUT_S)
        self.fresh_mb = self._size_mb()

    def _hand_in_data(self, data: Path) -> None:
        files = sorted(path for path in data.rglob("*") if path.is_file())
        # Each file takes whole pages there.
        size = sum(path.stat().st_size + 2 * 4096 for path in files)
        self.channel.send(do="data", size=size, names=[])
        for path in files:
            with path.open("rb") as file:
                self.channel.send((file.fileno(),), do="data", size=0, names=[str(path.relative_to(data))])
        self.channel.send(do="data", size=0, names=["."])

    def hand_in(self, inputs: Path) -> None:
        """Put the hidden inputs into the run's inbox. Raises KernelStartError where the run has ended."""
        try:
            with inputs.open("rb") as file:
                self.channel.send((file.fileno(),), do="inputs", name=inputs.name)
        except BrokenPipeError:
            return  # the run is over, which its client is about to notice
        self.channel.expect("written", READY_TIMEOUT_S)

    def _size_mb(self) -> tuple[float, float]:
        """Proportional and resident megabytes now. Raises KernelStartError where the run is gone.

        The first depends on how many share the zygote's pages at that moment, and takes long to read: it is read once,
        for the first run of a zygote, so that all its runs begin with the same.
        """
        try:
            init = psutil.Process(self.pid)
            processes = [init, *init.children()]
            if self.zygote.fork_mb is None:
                self.zygote.fork_mb = sum(process.memory_full_info().pss for process in processes) / MIB
            return self.zygote.fork_mb, sum(process.memory_info().rss for process in processes) / MIB
        except psutil.NoSuchProcess as error:
            raise KernelStartError("A warm kernel ended before its first cell.") from error

    def ended(self) -> bool:
        """Whether every process of the run is gone."""
        return self.handle >= 0 and readable(self.handle)

    def kill(self) -> None:
        """End every process of the run.

        Init's death is enough for that. But the kernel would be ended only once init has let go of its memory: told
        by itself, it lets go of its own at the same time.
        """
        for handle in (self.kernel, self.handle):
            if handle >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handle, signal.SIGKILL)

    def close(self) -> None:
        """End the run and have the zygote forget it. Safe to call twice."""
        self.kill()
        self.let_go()
        self.zygote.forget(self)

    def let_go(self) -> None:
        """Close what is held of the run, which ends unless another process holds its channel. Safe to call twice."""
        self.channel.close()
        for handle in (self.kernel, self.handle):
            if handle >= 0:
                os.close(handle)
        self.handle = self.kernel = -1


class Zygote:
    """A sandboxed process that has the libraries of a profile in memory."""

    def __init__(
        self,
        modules: tuple[str, ...],
        forbid: tuple[str, ...],
        threads: int,
        hide: tuple[Path, ...],
        gpu: Slot | None = None,
    ) -> None:
        self.gpu = gpu
        self.started, self.used = time.time(), time.monotonic()
        self.forks, self.retired = 0, False
        self.fork_mb: float | None = None
        self.runs: set[WarmRun] = set()
        self.spare: WarmRun | None = None
        self.lock = threading.Lock()
        self.control = Channel()
        self.stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the zygote
        self.process = self._start(modules, forbid, threads, hide)
        self.control.theirs.close()
        try:
            loaded = self.control.expect("loaded", LOAD_TIMEOUT_S)
        except KernelStartError as error:
            text = self._last_words()
            self.close()
            raise SandboxError(f"A zygote could not be started: {text or error}") from error
        self.pid, self.load_s, self.failed = self.control.pid, loaded["seconds"], loaded["failed"]

    def _start(
        self, modules: tuple[str, ...], forbid: tuple[str, ...], threads: int, hide: tuple[Path, ...]
    ) -> subprocess.Popen[bytes]:
        descriptor = self.control.theirs.fileno()
        config = {
            "control": descriptor,
            "modules": modules,
            "threads": threads,
            "uid": sandbox.LEARNER_UID,
            "home": sandbox.HOME,
            "interpreter": sandbox.interpreter_folders(),
            "platform": sandbox.PLATFORM,
            "inbox": sandbox.INBOX,
            "outbox": sandbox.OUTBOX,
            "connection_file": sandbox.CONNECTION_FILE,
            "connection": sandbox.connection(sandbox.SOCKETS, ""),
            "idle_s": IDLE_S,
            "spare_memory_mb": SPARE_MEMORY_MB,
            "variables": self.gpu.variables if self.gpu else {},
            "shared_memory": self.gpu is not None,
        }
        texts = {name: (HERE / name.split(".")[-1]).with_suffix(".py").read_text() for name in TEXTS}
        inner = [sandbox.python(), "-c", LOADER, json.dumps(texts), json.dumps(config)]
        plan = sandbox.plan_zygote(forbid=forbid, hide=hide, gpu=self.gpu)
        try:
            variables = sandbox.environment(1) | (BEFORE_FORK if self.gpu else {})
            command = sandbox.sandbox_command(plan, inner, variables)
            return subprocess.Popen(
                command,
                env={},
                cwd="/",
                pass_fds=(*plan.descriptors, descriptor),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.stderr,
                start_new_session=True,
            )
        finally:
            plan.close()

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)
        self.stderr.seek(0)
        return self.stderr.read()[-2000:].decode(errors="replace").strip()

    def lives(self) -> bool:
        """Whether it still takes orders."""
        return not self.control.has_message() and self.process.poll() is None

    def refill(self) -> None:
        """Have a spare made, unless there is one. Raises OSError where the zygote is gone."""
        with self.lock:
            if self.spare is None and not self.retired:
                self.spare, self.forks = WarmRun(self), self.forks + 1

    def take(self) -> WarmRun:
        """A run of one's own, ready or about to be. Raises OSError where the zygote is gone."""
        self.refill()
        with self.lock:
            run, self.spare = self.spare or WarmRun(self), None
            self.runs.add(run)
            self.used = time.monotonic()
            return run

    def forget(self, run: WarmRun) -> None:
        """A run is over; the last one takes a retired zygote with it."""
        with self.lock:
            self.runs.discard(run)
        if self.retired and not self.runs:
            self.close()

    def retire(self) -> None:
        """No further runs: ends with the last that is going on."""
        self.retired = True
        if not self.runs:
            self.close()

    def close(self) -> None:
        """End it, and every run in it."""
        self.retired = True
        spare, self.spare = self.spare, None
        if spare:
            spare.let_go()
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.process.kill()
        self.process.wait()
        self.stderr.close()
