"""What a worker says of itself to the operators, every few seconds: that it lives, its places, its zygotes, its GPU."""

from __future__ import annotations

import socket
import time
from typing import Any

import psutil

from apps.runner import zygote_nursery as nursery
from apps.runner.gpu import Slot
from apps.runner.plan import MIB

PERIOD_S = 10.0


def compose(queue: str, slots: int, pid: int, gpu: Slot | None, *, problem: str = "") -> dict[str, Any]:
    """The report of the worker with this process id. `slots` is 0 for one that takes no work any more.

    Sizes are in MB (2^20 bytes); `memory_mb` is what the worker and all below it take, shared pages by their share.
    """
    host = socket.gethostname()
    try:
        worker = psutil.Process(pid)
        family = [worker, *worker.children(recursive=True)]
        started = worker.create_time()
    except psutil.NoSuchProcess:
        family, started = [], time.time()
    pids = {process.pid for process in family}
    return {
        "name": f"{queue}@{host}#{pid}",
        "queue": queue,
        "host": host,
        "slots": slots,
        "problem": problem[:1000],
        "started": round(started),
        "memory_mb": round(sum(_proportional_mb(process) for process in family)),
        "available_mb": psutil.virtual_memory().available // MIB,
        "gpu": {"uuid": gpu.uuid, "model": gpu.model, "memory_mb": gpu.memory_mb, "driver": gpu.driver} if gpu else {},
        "zygotes": [
            zygote for status in nursery.read_status() if status["worker"] in pids for zygote in status["zygotes"]
        ],
    }


def _proportional_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss / MIB)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
