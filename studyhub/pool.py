"""How a Celery worker ends, on both sides of the broker: its pool with it and not before it, and the rest at once."""

from __future__ import annotations

import atexit
import ctypes
import multiprocessing.util
import os
import signal
import sys
from typing import Any

from celery.signals import worker_process_init, worker_shutdown

PR_SET_PDEATHSIG = 1
# The exit status of this process's worker, once it has ended.
ended: list[int] = []


@worker_process_init.connect  # type: ignore[untyped-decorator]
def stay_with_the_worker(**kwargs: Any) -> None:
    """Called in each new process of a pool.

    A signal to the worker's process group is for the worker: it lets what is going on come to its end first. A worker
    that is killed takes its pool along, whose processes could reach nobody any more.
    """
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def remember_the_end(sender: Any, **kwargs: Any) -> None:
    """Called when a worker and its pool have ended, before the interpreter does."""
    # It would end the pool once more, and wait a second for a thread that looks for time-outs.
    atexit.unregister(multiprocessing.util._exit_function)  # type: ignore[attr-defined]
    ended.append(sender.exitcode or 0)


@atexit.register
def leave() -> None:
    """The interpreter would now take apart, object by object, what the libraries hold: seconds on a busy machine.

    Registered early, so it is called late: whoever has something to send off at the exit has done so.
    """
    if ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended[0])
