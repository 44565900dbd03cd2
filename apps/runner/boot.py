"""The first lines that run inside the sandbox: hard limits, then the kernel. Its text is handed to `python -c`.

The limits are set here and not in front of bubblewrap because RLIMIT_NPROC counts per user namespace: outside it would
count everything the worker's own user runs.
"""

import json
import resource
import sys


def limit(which: int, value: int) -> None:
    """Set a limit for good: without privileges the hard one can't be raised again."""
    resource.setrlimit(which, (value, value))


limits = json.loads(sys.argv.pop(1))
limit(resource.RLIMIT_CORE, 0)
limit(resource.RLIMIT_DATA, limits["data"])
limit(resource.RLIMIT_FSIZE, limits["fsize"])
limit(resource.RLIMIT_NPROC, limits["nproc"])
limit(resource.RLIMIT_NOFILE, limits["nofile"])
del limit, limits, json, resource

from ipykernel.kernelapp import launch_new_instance  # noqa: E402 - after the limits

launch_new_instance()
