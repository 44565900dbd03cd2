"""Processes of a Celery pool, on both sides of the broker: they end with their worker, and not before it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Any

from celery.signals import worker_process_init

PR_SET_PDEATHSIG = 1


@worker_process_init.connect  # type: ignore[untyped-decorator]
def stay_with_the_worker(**kwargs: Any) -> None:
    """Called in each new process of a pool.

    A signal to the worker's process group is for the worker: it lets what is going on come to its end first. A worker
    that is killed takes its pool along, whose processes could reach nobody any more.
    """
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
