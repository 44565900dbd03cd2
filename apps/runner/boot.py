"""The first lines that run inside the sandbox: hard limits, then the kernel. Its text is handed to `python -c`.

The limits are set here and not in front of bubblewrap because RLIMIT_NPROC counts per user namespace: outside it would
count everything the worker's own user runs.
"""

import json
import resource
import sys

for name, value in {"CORE": 0, **json.loads(sys.argv.pop(1))}.items():
    # Soft and hard alike: without privileges the hard one can't be raised again.
    resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))

from ipykernel.kernelapp import launch_new_instance  # noqa: E402 - after the limits

launch_new_instance()
