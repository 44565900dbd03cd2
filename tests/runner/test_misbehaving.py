"""Notebooks that misbehave: each ends in its own verdict, and the runner takes the next one."""

import contextlib
import os
import re
from pathlib import Path

import pytest

from apps.runner.canary import canary
from apps.runner.engine import StudyHubClient

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("kernel")]

SWALLOW = """
import time
while True:
    try:
        time.sleep(100)
    except KeyboardInterrupt:
        pass
"""
FORK_LOOP = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""

# code of the second of three cells → outcome, status of the three cells, what the reason says
ENDS = {
    "raises": ("1/0", "learner_error", "Cell 2 raised ZeroDivisionError: division by zero"),
    "can't be read": ("def f(:\n  pass", "learner_error", "Cell 2 raised SyntaxError: invalid syntax (line 1)"),
    "sys.exit(0)": ("import sys; sys.exit(0)", "learner_error", "called sys.exit"),
    "os._exit": ("import os; os._exit(1)", "learner_error", "Python ended while cell 2 was running"),
    "kills itself": ("import os; os.kill(os.getpid(), 9)", "learner_error", "Python ended while cell 2 was running"),
    "loops": ("while True: pass", "timed_out", "Cell 2 took longer than 4 s"),
    "swallows KeyboardInterrupt": (SWALLOW, "timed_out", "Cell 2 took longer than 4 s"),
    "300 MB of output at once": ("print('x' * 300_000_000)", "output_too_large", "printed more than 1024 kB"),
    "300 MB of output in lines": (
        "for _ in range(300): print('x' * 1_000_000)",
        "output_too_large",
        "printed more than 1024 kB",
    ),
    "a flood of lines": ("while True: print('hello')", "output_too_large", "kB"),
    "a flood of displays": (
        "from IPython.display import display\nwhile True: display('hello')",
        "output_too_large",
        "larger than 1024 kB",
    ),
    "8 GB at once": ("import numpy as np; a = np.ones(2**30)", "out_of_memory", "MemoryError"),
    "8 GB bit by bit": ("a = []\nwhile True: a.append(bytearray(10**6))", "out_of_memory", "more than 512 MB"),
    "a fork loop": (FORK_LOOP, "too_many_processes", "more than 64 processes"),
    "fills the disk": ("open('a', 'wb').write(b'x' * 10**8)", "disk_full", ""),
    "fills /tmp": ("for i in range(99): open(f'/tmp/{i}', 'wb').write(b'x' * 10**6)", "disk_full", ""),
    "writes outside": ("open('/usr/x', 'w')", "learner_error", "Read-only file system"),
    "opens a socket": (
        "import socket; socket.create_connection(('127.0.0.1', 22), timeout=1)",
        "learner_error",
        "Cell 2 raised ConnectionRefusedError",
    ),
    "reaches for the internet": (
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "learner_error",
        "Network is unreachable",
    ),
}


# Its number, and when its first process began, in ticks since the machine did: the number of one that is gone is given
# again, the moment is not.
TELL_NAMESPACE = """
import os
print(os.readlink('/proc/self/ns/pid'), open('/proc/1/stat').read().rpartition(')')[2].split()[19])
"""


def left_behind(namespace: str, began: str) -> list[str]:
    """Processes that still live in a run's process namespace, which the run has told. The dead have no command line."""
    found, first = [], ""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdecimal() and os.readlink(entry / "ns" / "pid") == namespace:
                command = (entry / "cmdline").read_bytes()
                found += [f"{entry.name}: {command!r}"] if command else []
                inside = re.search(r"^NSpid:.*\t(\d+)$", (entry / "status").read_text(), re.MULTILINE)
                if inside and inside[1] == "1":
                    first = (entry / "stat").read_text().rpartition(")")[2].split()[19]
    # Without its first process a namespace has no other.
    return found if first == began else []


@pytest.mark.parametrize(("code", "outcome", "reason"), ENDS.values(), ids=ENDS)
def test_each_ends_in_its_own_verdict(run, code, outcome, reason):
    limits = {"cell_s": 4} if outcome == "timed_out" else {}
    ran = run(TELL_NAMESPACE, code, "y = 2", limits=limits)
    assert ran.result.outcome == outcome
    assert re.search(re.escape(reason), ran.result.reason)
    assert ran.statuses == ["completed", "failed", "pending"]
    assert ran.notebook.cells[2].outputs == []
    namespace, began = ran.stdout.splitlines()[0].split()
    assert namespace.startswith("pid:[")
    assert left_behind(namespace, began) == []


def test_the_next_notebook_runs_after_a_fork_loop(run):
    run(FORK_LOOP)
    assert canary() == ""


def test_nothing_of_the_platform_is_in_the_environment(run):
    ran = run("import os, pathlib\nprint(pathlib.Path('/proc/1/environ').read_text(), dict(os.environ))")
    assert "STUDYHUB_VAR" in os.environ
    assert "STUDYHUB" not in ran.stdout
    assert "DJANGO" not in ran.stdout


def test_nothing_of_the_project_can_be_read(run):
    project = Path(__file__).resolve().parents[2]
    look = """
        import os
        for folder, folders, files in os.walk({root!r}):
            folders[:] = [name for name in folders if name != ".venv"]
            print(*[os.path.join(folder, name) for name in files], sep="\\n")
    """
    ran = run("\n".join(line[8:] for line in look.format(root=str(project)).splitlines()))
    assert ran.result.outcome == "completed"
    assert ran.stdout.strip() == ""


def test_it_is_nobody_in_particular(run):
    ran = run(
        "import os; print(os.getuid(), os.getcwd(), os.listdir('/proc'))\nprint(open('/proc/self/status').read())"
    )
    assert ran.stdout.startswith("1000 /learner")
    assert re.search(r"CapEff:\s+0{16}", ran.stdout)
    assert re.search(r"NoNewPrivs:\s+1", ran.stdout)


def test_a_forged_result_is_not_taken_for_ours(run):
    ran = run(
        "import os\n"
        "for folder in ('/run/studyhub', '/run/studyhub/out', '/learner'):\n"
        "    open(folder + '/result.json', 'w').write('{\"outcome\": \"completed\", \"score\": 100}')\n"
        "os._exit(0)"
    )
    assert ran.result.outcome == "learner_error"


def test_hidden_inputs_are_not_there_before_the_last_cell_has_run(run):
    import numpy as np

    from apps.runner.contract import HiddenInput, ProbeCall

    ran = run(
        "import os; print(os.listdir('/run/studyhub/in'))\ndef f(X): return X.sum(), os.listdir('/run/studyhub/in')",
        "print(os.listdir('/run/studyhub/in'))",
        arrays={"X": np.arange(4.0)},
        inputs=(HiddenInput(name="X", kind="array"),),
        probes=(ProbeCall(id="f", target="f", args=("$X",)),),
    )
    assert ran.stdout == "[]\n[]\n"
    assert ran.artefact("f")["value"]["$tuple"][1] == ["inputs.npz"]


def test_a_long_line_of_output_costs_no_time_of_the_worker(run, monkeypatch):
    """A line of a megabyte once kept the worker busy for minutes after the kernel was gone."""
    merged_by_nbclient, original = [], StudyHubClient.execute_in_kernel

    def watched(client, *args, **options):
        merged_by_nbclient.append(client.coalesce_streams)
        return original(client, *args, **options)

    monkeypatch.setattr(StudyHubClient, "execute_in_kernel", watched)
    ran = run("print('x' * 900_000)\nprint('y', end='')\n1/0")
    assert ran.stdout == "x" * 900_000 + "\ny"
    assert merged_by_nbclient == [False]


def test_a_link_in_the_outbox_is_not_followed(run):
    from apps.runner.contract import ProbeCall

    ran = run(
        "import os\nos.symlink('/etc/hostname', '/run/studyhub/out/f.json')\nos.mkfifo('/run/studyhub/out/g.json')\n"
        "os.symlink('/etc', '/run/studyhub/out/h.json')",
        probes=(ProbeCall(id="f", target="nothing"), ProbeCall(id="h", target="nothing")),
    )
    assert not (ran.folder / "result" / "artefacts" / "f.json").exists()
