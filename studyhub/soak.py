"""Many runs through one worker: does its memory stay level, and is anything left behind?

    python -m studyhub.soak [--runs 1000] [--profile numpy]

Prints a line for each hundred runs, then what remained of processes, mounts and temporary files. Exit status 1 where
something did, or where the last third of the lines takes over a tenth more memory than the first.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from studyhub import bench, broker, env

BATCH = 100
LEVEL = 1.1


def mounts() -> set[str]:
    """Where something is mounted on this machine."""
    return {line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()}


@contextmanager
def worker(folder: Path) -> Iterator[psutil.Process]:
    """A runner with two slots that works on `folder`, ended at the end."""
    temporary = folder / "tmp"
    temporary.mkdir()
    temporary.chmod(0o755)
    folder.chmod(0o755)
    os.environ.update({"STUDYHUB_VAR": str(folder), "STUDYHUB_DEBUG": "1", "TMPDIR": str(temporary)})
    from apps.runner import worker as module

    module.app.config_from_object(broker.celery_settings(), force=True)
    program = [sys.executable, "-m", "apps.runner.worker", "--slots", "2", "--loglevel", "WARNING"]
    process = subprocess.Popen(program, env={**os.environ})
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


def soak(runs: int, profile: str, folder: Path, seen: set[psutil.Process]) -> list[float]:
    """Memory of the worker and everything below it, in MB by shared pages' share, after each hundred runs.

    Every process that was there then is added to `seen`.
    """
    from apps.runner import worker as module

    sizes = []
    with worker(folder) as process:
        for number in range(BATCH, runs + 1, BATCH):
            started = time.perf_counter()
            bench.submit(BATCH, folder, module.app.send_task, profile)
            family = [process, *process.children(recursive=True)]
            seen.update(family)
            sizes.append(bench.proportional_mb(family))
            per_minute = 60 * BATCH / (time.perf_counter() - started)
            bench.say(f"{number:6} runs  {sizes[-1]:8.0f} MB  {per_minute:6.0f} a minute")
    return sizes


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m studyhub.soak", description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--profile", choices=sorted(bench.FIRST_CELLS), default="numpy")
    options = parser.parse_args()
    target = env.var_folder() / "bench" / "soak.json"
    before = mounts()
    seen: set[psutil.Process] = set()
    with tempfile.TemporaryDirectory(prefix="studyhub-soak-") as name:
        sizes = soak(options.runs, options.profile, Path(name), seen)
        left = {
            "processes": [str(process) for process in seen if process.is_running()],
            "mounts": sorted(mounts() - before),
            "temporary files": sorted(path.name for path in Path(name, "tmp").iterdir()),
        }
    third = max(1, len(sizes) // 3)
    growth = statistics.mean(sizes[-third:]) / statistics.mean(sizes[:third])
    for kind, names in left.items():
        bench.say(f"{kind} left behind: {len(names)} {names[:5] or ''}")
    bench.say(f"memory of the last third of the runs: {growth:.2f} times that of the first")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"runs": options.runs, "memory_mb": sizes, "growth": growth, "left": left}, indent=1))
    sys.exit(1 if any(left.values()) or growth > LEVEL else 0)


if __name__ == "__main__":
    main()
