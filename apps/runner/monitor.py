"""The watchdog of one run: a thread beside the engine that measures, and ends the run that goes past a limit.

It sits outside the sandbox and asks nothing of the learner's code, so a cell that swallows KeyboardInterrupt, forks or
sleeps is ended like any other. It is the one place where a limit becomes a verdict.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from apps.runner import gpu, sandbox, shared
from apps.runner.contract import Outcome, Resources
from apps.runner.provisioner import KernelSite

PERIOD_S = 0.1
# A look that comes so late was kept from coming: the machine was paused, or has far too much to do.
STALL_S = 1.0
# Memory is read exactly, which takes some milliseconds, only where the cheap figure has moved by this share of the
# limit, where it leaves room for a breach, and after this long: copies of shared pages don't show in it.
MOVED = 0.05
EXACT_S = 1.0
# An empty file takes no space that a disk's size would count, but about a kilobyte of the machine's memory.
FILES = 20_000
# By how much this process itself may grow during a run: what a kernel sends waits here until it is read and weighed,
# and a kernel in hostile hands sends what no budget for outputs was made for.
OWN_GROWTH_MB = 256
MIB = 1024 * 1024
# Their size has other limits than the learner's disk, the number of their files has not.
PLATFORM_FOLDERS = (sandbox.PLATFORM, sandbox.OUTBOX)
DISKS = (sandbox.HOME, "/tmp", "/dev/shm", *PLATFORM_FOLDERS)  # noqa: S108 - the sandbox's own


class Monitor(threading.Thread):
    """Watches one kernel from before its start until `close`.

    `verdict` and `reason` are set at most once, before the sandbox is killed. `beat` is called about every `beat_s`
    seconds from this thread.
    """

    def __init__(self, site: KernelSite, cancel_file: Path, beat: Callable[[], None], beat_s: float = 2.0) -> None:
        super().__init__(name=f"monitor {site.request.run_id}", daemon=True)
        self.site, self.cancel_file, self.beat, self.beat_s = site, cancel_file, beat, beat_s
        self.limits = site.request.limits
        self.verdict: Outcome | None = None
        self.reason = ""
        self.used = Resources()
        self.error: BaseException | None = None
        # Seconds for which this process did not get to run at all.
        self.stalled_s = 0.0
        self._deadlines: dict[str, tuple[float, str]] = {}
        self._cpu: dict[int, float] = {}
        # The latest exact look: proportional and resident megabytes, and when it was.
        self._exact: tuple[float, float, float] | None = None
        self._meter: gpu.Meter | None = None
        self._own = psutil.Process()
        self._own_mb = 0.0
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._closed = threading.Event()

    def expect(self, what: str, seconds: float, reason: str) -> None:
        """From now on the phase `what` may take `seconds`; past that the run ends as timed out with `reason`."""
        with self._lock:
            self._deadlines[what] = time.monotonic() + seconds, reason

    def forget(self, what: str) -> None:
        """The phase `what` is over."""
        with self._lock:
            self._deadlines.pop(what, None)

    def left(self, what: str) -> float:
        """Seconds that the phase `what` may still take."""
        return self._deadlines[what][0] - time.monotonic()

    def stop(self, verdict: Outcome, reason: str) -> None:
        """End the run with `verdict`. The first caller wins."""
        with self._lock:
            if self.verdict is None:
                self.verdict, self.reason = verdict, reason
        self.site.kill()

    def close(self) -> None:
        """Called by the engine once the kernel is gone."""
        self._closed.set()
        self.join()

    def run(self) -> None:
        """The thread: measure, compare, beat. An error of its own ends the run: unwatched code must not go on."""
        next_beat = time.monotonic()
        self._own_mb = self._own.memory_info().rss / MIB
        try:
            self._meter = gpu.Meter(self.site.gpu) if self.site.gpu else None
            asleep = time.monotonic()
            while not self._closed.wait(PERIOD_S):
                # Only sleep is measured: how long a look takes is in the notebook's hands, and a beat in the broker's.
                self._allow_for(time.monotonic() - asleep - PERIOD_S)
                self.look()
                if time.monotonic() >= next_beat:
                    next_beat = time.monotonic() + self.beat_s
                    self.beat()
                asleep = time.monotonic()
        except Exception as error:
            self.error = error
            self.stop(Outcome.PLATFORM_ERROR, "The watchdog of this run failed.")
        finally:
            if self._meter:
                self._meter.close()

    def look(self) -> None:
        """Measure and compare once. Also called by the engine after the last cell: what a quick one left is seen."""
        with self._looking:
            if self.site.pid and self.verdict is None:
                self._compare()

    def _allow_for(self, late_s: float) -> None:
        """A thread that wakes up so late stood still with its machine, and so did the notebook: nobody's time ran."""
        if late_s < STALL_S:
            return
        with self._lock:
            self.stalled_s += late_s
            for what, (until, reason) in self._deadlines.items():
                self._deadlines[what] = until + late_s, reason

    def _compare(self) -> None:
        # Time comes last: a fork loop that keeps this thread from its turns is told what it did, not how long it took.
        if self.cancel_file.exists():
            return self.stop(Outcome.CANCELLED, "The run was cancelled.")
        processes = self._processes()
        if len(processes) > self.limits.processes + 1:  # the sandbox's own pid 1 is not the notebook's
            return self.stop(
                Outcome.TOO_MANY_PROCESSES, f"The notebook started more than {self.limits.processes} processes."
            )
        self._measure(processes)
        if self.used.peak_mb > self.limits.memory_mb:
            return self.stop(
                Outcome.OUT_OF_MEMORY, f"The notebook used more than {self.limits.memory_mb} MB of memory."
            )
        if reason := self._gpu_is_full():
            return self.stop(Outcome.OUT_OF_MEMORY, reason)
        if reason := self._disk_is_full():
            return self.stop(Outcome.DISK_FULL, reason)
        if self._own.memory_info().rss / MIB - self._own_mb > OWN_GROWTH_MB:
            return self.stop(Outcome.OUTPUT_TOO_LARGE, "The notebook sent more output than can be taken over.")
        now = time.monotonic()
        with self._lock:
            passed = [reason for until, reason in self._deadlines.values() if now > until]
        return self.stop(Outcome.TIMED_OUT, passed[0]) if passed else None

    def _processes(self) -> list[psutil.Process]:
        try:
            first = psutil.Process(self.site.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _measure(self, processes: list[psutil.Process]) -> None:
        """Processor time and memory of all processes.

        The proportional size counts shared pages by their share; the resident one is cheap, and too high. Between two
        exact looks the proportional size is taken to have grown by what the resident one has.
        """
        sizes: dict[int, float] = {}
        for process in processes:
            try:
                with process.oneshot():
                    times, memory = process.cpu_times(), process.memory_info()
                self._cpu[process.pid] = times.user + times.system
                sizes[process.pid] = memory.rss / MIB
            except psutil.NoSuchProcess:
                continue
        self.used.cpu_s = sum(self._cpu.values())
        rss, now, limit = sum(sizes.values()), time.monotonic(), self.limits.memory_mb
        if self._exact is None and self.site.warm and self.site.warm.fresh_mb:
            self._exact = (*self.site.warm.fresh_mb, now)
        exact_mb, exact_rss, exact_at = self._exact or (0.0, 0.0, -EXACT_S)
        moved = rss - exact_rss
        size = exact_mb + max(0.0, moved)
        if abs(moved) > MOVED * limit or size > limit or now - exact_at > EXACT_S:
            size = self._proportional(processes, sizes)
            if self.site.gpu:
                size += shared.unmapped_mb(sizes)
            self._exact = size, rss, now
        self.used.peak_mb = max(self.used.peak_mb, size)

    @staticmethod
    def _proportional(processes: list[psutil.Process], sizes: dict[int, float]) -> float:
        """Megabytes of `processes`; `sizes` are their resident ones."""
        proportional = 0.0
        for process in processes:
            try:
                proportional += process.memory_full_info().pss / MIB
            except psutil.AccessDenied:  # a process may forbid this look to all but root: then its whole size counts
                proportional += sizes.get(process.pid, 0.0)
            except psutil.NoSuchProcess:
                continue
        return proportional

    def _gpu_is_full(self) -> str:
        """What to tell about a GPU of which the run takes more than its share, or an empty text."""
        if self._meter is None:
            return ""
        self.used.gpu_peak_mb = max(self.used.gpu_peak_mb, self._meter.used_mb())
        limit = self.limits.gpu_memory_mb
        if limit and self.used.gpu_peak_mb > limit:
            return f"The notebook used more than {limit} MB of the GPU's memory."
        return ""

    def _disk_is_full(self) -> str:
        """What to tell about a disk that is full, or an empty text."""
        for folder in DISKS:
            try:
                space = os.statvfs(self.site.root + folder)
            except FileNotFoundError:
                return ""  # the sandbox is being set up, or is gone
            if not self.site.root.startswith("/proc/"):
                continue  # unsandboxed: the machine's own disk
            if space.f_files - space.f_ffree > FILES:
                return f"The notebook made more than {FILES} files."
            if space.f_bavail * space.f_frsize < 4096 and folder not in PLATFORM_FOLDERS:
                return f"The notebook wrote more than {self.limits.disk_mb} MB to its disk."
        return ""
