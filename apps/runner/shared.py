"""Memory that a run shares between its processes and holds without having it mapped: no sum over processes shows it.

A page of a shared mapping stays when it is unmapped, as long as another page of the same mapping is mapped by anybody.
The filter of system calls refuses such mappings (seccomp.py), but to runs on a GPU: CUDA keeps tables and pinned memory
in them. There a control group counts them; where the machine gives none, this does.

Sources: proc(5), on /proc/pid/map_files and smaps_rollup; Documentation/filesystems/proc.rst of the Linux kernel.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from apps.runner.plan import MIB

PROC = Path("/proc")
# How the kernel calls the file behind a mapping that is shared and has none.
SHARED = "/dev/zero (deleted)"


def countable() -> bool:
    """Whether this process may look behind mappings: that takes root's CAP_CHECKPOINT_RESTORE."""
    try:
        os.stat(next((PROC / "self" / "map_files").iterdir()))
    except OSError:
        return False
    return True


def unmapped_mb(pids: Iterable[int], proc: Path = PROC) -> float:
    """Megabytes of shared memory that the processes hold and have not mapped; 0 where that can't be told."""
    held: dict[str, int] = {}
    mapped_kb = 0.0
    for pid in pids:
        try:
            held |= _held(proc / str(pid), held)
            rollup = (proc / str(pid) / "smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended
        except PermissionError:
            return 0.0
        mapped_kb += sum(float(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss_Shmem:"))
    return max(0.0, (sum(held.values()) - mapped_kb * 1024) / MIB)


def _held(process: Path, known: dict[str, int]) -> dict[str, int]:
    """Bytes in memory of each shared object that the process has some of, by its number; without those in `known`."""
    found: dict[str, int] = {}
    for line in (process / "maps").read_text().splitlines():
        place, _, _, _, number, *name = line.split(maxsplit=5)
        if name == [SHARED] and number not in known and number not in found:
            start, end = (int(address, 16) for address in place.split("-"))
            found[number] = os.stat(process / "map_files" / f"{start:x}-{end:x}").st_blocks * 512
    return found
