"""A control group for each run, where the machine has delegated cgroup v2 to the worker: a net that nobody outruns.

The watchdog measures ten times a second and gives the verdict; between two of its looks a notebook can allocate
gigabytes. A control group refuses in that very moment. Where there is none (cgroup v1, no delegation) the watchdog and
rlimits stand alone. With systemd, `Delegate=yes` in the worker's unit is all it takes.

Sources: Documentation/admin-guide/cgroup-v2.rst of the Linux kernel, sections "Delegation", "No Internal Process
Constraint" and "Memory".
"""

from __future__ import annotations

import contextlib
import logging
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from apps.runner.contract import Limits

logger = logging.getLogger(__name__)
MIB = 1024 * 1024
MOUNT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
CONTROLLERS = ("memory", "pids")
# The worker itself has to leave the group in which it makes others: one that has children may hold no processes.
LEAF = "worker"


def delegated(mount: Path = MOUNT, own: Path = OWN) -> Path | None:
    """The group that this process is in, where it may make others below it with a memory limit; None elsewhere."""
    try:
        line = next(line for line in own.read_text().splitlines() if line.startswith("0::"))
        group = mount / line.removeprefix("0::").lstrip("/")
        if group.name == LEAF:
            group = group.parent
        offered = (group / "cgroup.controllers").read_text().split()
    except (OSError, StopIteration):
        return None
    files = (group / "cgroup.procs", group / "cgroup.subtree_control")
    may_write = all(os.access(path, os.W_OK) for path in (group, *files))
    return group if may_write and set(CONTROLLERS) <= set(offered) else None


def prepare(mount: Path = MOUNT, own: Path = OWN) -> Path | None:
    """Called once when a worker starts: make room for groups of runs. Returns their parent, or None."""
    group = delegated(mount, own)
    if group is None:
        return None
    try:
        leaf = group / LEAF
        leaf.mkdir(exist_ok=True)
        for pid in (group / "cgroup.procs").read_text().split():
            (leaf / "cgroup.procs").write_text(pid)
        (group / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in CONTROLLERS))
    except OSError as error:
        logger.warning("The control group %s can't be used, so the watchdog stands alone: %s", group, error)
        return None
    return group


@cache
def parent() -> Path | None:
    """Where groups of runs are made, for this process."""
    group = delegated()
    if group is None or not (group / LEAF).is_dir():
        return None
    enabled = (group / "cgroup.subtree_control").read_text().split()
    return group if set(CONTROLLERS) <= set(enabled) else None


def clear_runs() -> None:
    """Called in each new process of a pool: remove the groups of runs whose worker was killed before it could."""
    above = parent()
    for path in above.glob("run-*") if above else ():
        if not psutil.pid_exists(int(path.name.rpartition("-")[2])):
            with contextlib.suppress(OSError):  # another process was quicker
                path.rmdir()


@dataclass
class Group:
    """The control group of one run."""

    path: Path

    @classmethod
    def make(cls, above: Path, name: str, limits: Limits) -> Group:
        """A new group below `above`. Raises OSError.

        Files in memory count here too, so all that a run may write is added to what it may allocate.
        """
        group = cls(above / f"run-{name}")
        group.path.mkdir()
        room = limits.memory_mb + 3 * limits.disk_mb + limits.artefact_mb
        try:
            (group.path / "memory.max").write_text(str(room * MIB))
            with contextlib.suppress(FileNotFoundError):  # a kernel without accounting of swap has no such file
                (group.path / "memory.swap.max").write_text("0")
            (group.path / "pids.max").write_text(str(2 * limits.processes + 128))
        except OSError:
            group.close()
            raise
        return group

    def take_in(self, pid: int) -> None:
        """Move a process and all below it here; what they start from now on begins here. Raises OSError.

        What one of them started just before it was moved is found by looking once more, until there is nothing new.
        """
        moved: set[int] = set()
        family = {pid}
        while new := family - moved:
            for member in sorted(new):
                with contextlib.suppress(ProcessLookupError):
                    (self.path / "cgroup.procs").write_text(str(member))
            moved |= new
            try:
                family = {process.pid for process in psutil.Process(pid).children(recursive=True)}
            except psutil.NoSuchProcess:
                return

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has ended a process of the run for want of memory."""
        try:
            lines = (self.path / "memory.events").read_text().splitlines()
        except OSError:
            return False
        return any(line.startswith("oom_kill ") and line.split()[1] != "0" for line in lines)

    def close(self) -> None:
        """Remove the group, once its processes are gone."""
        try:
            self.path.rmdir()
        except OSError as error:
            logger.warning("The control group %s is left behind: %s", self.path, error)
