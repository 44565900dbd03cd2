"""Warm kernels: the same results as cold ones, nothing carried over, nothing left behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest

from apps.runner import zygote_nursery as nursery
from apps.runner.contract import HiddenInput, ProbeCall

pytestmark = pytest.mark.sandbox

FORK_LOOP = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True, scope="module")
def switched_on():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDYHUB_WARM", "1")
        nursery.end_all()  # what other tests have made may be near its last fork
        yield
    nursery.end_all()


@pytest.fixture(autouse=True)
def only_warm(caplog):
    """A test that fell back to a cold kernel would prove nothing."""
    yield
    assert "starts cold" not in caplog.text


def zygote(profile="numpy", forbid=()):
    return nursery._zygotes[(profile, forbid, "")][0]


def held_processes():
    """How many processes this one holds a descriptor of."""
    names = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink(entry))
    return names.count("anon_inode:[pidfd]")


def seen_by_both(monkeypatch, run, *sources, **request):
    """What a cold and a warm run of the same cells printed, and their results."""
    warm = run(*sources, **request)
    monkeypatch.setenv("STUDYHUB_WARM", "0")
    cold = run(*sources, **request)
    monkeypatch.setenv("STUDYHUB_WARM", "1")
    return cold, warm


def test_cold_and_warm_look_the_same_from_inside(monkeypatch, run):
    look = [
        "import os, sys\nprint(os.getuid(), os.getgid(), os.getcwd(), sorted(os.listdir('/')), os.listdir('.'))",
        "print(sorted(os.listdir('/run')), sorted(os.listdir('/run/studyhub')), os.listdir('/run/studyhub/in'))",
        "print(sorted(os.listdir('/dev')), os.listdir('/tmp'), os.uname().nodename, sys.path, sys.argv)",
        "print({name: value for name, value in sorted(os.environ.items()) if name != 'OMP_NUM_THREADS'})",
        "print([line for line in open('/proc/self/status') if line[:3] in ('Cap', 'NoN') or line[:8] == 'Seccomp:'])",
        "print(sorted(name for name in os.listdir('/proc') if name.isdecimal()), os.listdir('/sys/class/net')\n"
        "      if os.path.exists('/sys') else '')",
        "import resource\nprint([resource.getrlimit(r) for r in (resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE,\n"
        "      resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)])",
        "print([(os.statvfs(f).f_blocks, os.statvfs(f).f_flag & 1) for f in\n"
        "      ('.', '/tmp', '/dev/shm', '/usr', '/run/studyhub/out')], os.statvfs('/run/studyhub/in').f_flag & 1)",
        "print(__name__, sorted(k for k in globals() if not k.startswith('_')), hash('x'))",
        "print([name for name in sys.modules if name.startswith(('apps', 'studyhub'))])",
        "!echo a shell",
        "1/0",
    ]
    cold, warm = seen_by_both(monkeypatch, run, *look, tags={11: ["raises-exception"]})
    assert warm.result.outcome == cold.result.outcome == "completed"
    assert warm.stdout.splitlines() == cold.stdout.splitlines()
    assert warm.notebook.cells[-1].outputs == cold.notebook.cells[-1].outputs


def test_figures_tables_and_progress_bars_look_the_same(monkeypatch, run):
    cold, warm = seen_by_both(
        monkeypatch,
        run,
        "import matplotlib, matplotlib.pyplot as plt\nprint(matplotlib.get_backend())\nplt.plot([1, 2])\nplt.show()",
        "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
        "plt.figure()\nprint(plt.get_fignums())",
        profile="sklearn",
        limits={"memory_mb": 1024},
    )
    assert warm.result.outcome == "completed"
    assert [cell.outputs for cell in warm.notebook.cells] == [cell.outputs for cell in cold.notebook.cells]


def test_the_first_and_the_tenth_run_agree(run):
    cells = (
        "import random, numpy as np\nprint(random.random(), np.random.rand(3), hash('x'), {'b', 'a', 'c'})",
        "def f(): return [random.random(), float(np.random.rand()), hash('y')]",
    )
    probes = (ProbeCall(id="f", target="f", seed=3),)
    runs = [run(*cells, seed=7, probes=probes) for _ in range(10)]
    assert len({ran.stdout for ran in runs}) == 1
    assert len({json.dumps(ran.artefact("f")["value"]) for ran in runs}) == 1
    assert run(*cells, seed=8, probes=probes).stdout != runs[0].stdout


def test_nothing_is_carried_from_one_run_to_the_next(run):
    run(
        "import numpy, builtins, os, pathlib\nnumpy.pi = 3\nbuiltins.left = 1\nos.environ['LEFT'] = '1'\n"
        "for folder in ('/tmp', '/dev/shm', '/learner', '/run/studyhub', '/run/studyhub/out'):\n"
        "    pathlib.Path(folder, 'left').write_text('x')\n"
        "import matplotlib\nmatplotlib.rcParams['font.size'] = 99",
    )
    ran = run(
        "import numpy, builtins, os, matplotlib\nprint(numpy.pi, hasattr(builtins, 'left'), 'LEFT' in os.environ,\n"
        "      matplotlib.rcParams['font.size'], [os.path.exists(f + '/left') for f in\n"
        "      ('/tmp', '/dev/shm', '/learner', '/run/studyhub', '/run/studyhub/out')])"
    )
    assert ran.stdout == "3.141592653589793 False False 10.0 [False, False, False, False, False]\n"


def test_inputs_and_public_data_reach_the_run_and_only_in_time(run):
    ran = run(
        "import os; print(os.listdir('/run/studyhub/in'), sorted(os.listdir('data')), open('data/a.csv').read())",
        "def f(X): return X.sum(), os.listdir('/run/studyhub/in')",
        "for name in ('/run/studyhub/in/x', 'data/x'):\n"
        "    try: open(name, 'w')\n    except OSError as error: print(error.strerror)",
        data={"a.csv": "1,2", "b.csv": "3"},
        arrays={"X": np.arange(4.0)},
        inputs=(HiddenInput(name="X", kind="array"),),
        probes=(ProbeCall(id="f", target="f", args=("$X",)),),
    )
    assert ran.stdout == "[] ['a.csv', 'b.csv'] 1,2\nRead-only file system\nRead-only file system\n"
    assert ran.artefact("f")["value"]["$tuple"][1] == ["inputs.npz"]


def test_a_forbidden_package_is_in_no_zygote_of_that_exercise(run):
    run("import sklearn", profile="sklearn")  # a zygote that has it is around
    ran = run(
        "import sys\nprint([name for name in sys.modules if 'sklearn' in name])\nimport sklearn",
        profile="sklearn",
        forbid=("sklearn",),
    )
    assert ran.stdout == "[]\n"
    assert ran.result.outcome == "learner_error"
    assert "not available in this exercise" in ran.result.reason


def test_a_zygote_that_was_killed_is_replaced(run):
    run("x = 1")
    os.kill(zygote().pid, signal.SIGKILL)
    assert run("x = 1").result.outcome == "completed"


def test_a_zygote_killed_during_a_run_is_our_fault(run):
    def kill(progress):
        if progress.cell == 0:
            os.kill(zygote().pid, signal.SIGKILL)

    ran = run("import time; time.sleep(3)", on_progress=kill)
    assert ran.result.outcome == "platform_error"
    assert run("x = 1").result.outcome == "completed"


def test_a_fork_loop_leaves_the_zygote_in_use(run):
    run("x = 1")
    before = zygote().pid
    assert run(FORK_LOOP).result.outcome == "too_many_processes"
    assert run("x = 1").result.outcome == "completed"
    assert zygote().pid == before


def test_a_zygote_is_replaced_after_its_forks_and_when_packages_changed(run, monkeypatch):
    run("x = 1")
    first = zygote()
    monkeypatch.setattr(nursery, "FORKS_PER_ZYGOTE", 1)
    assert run("x = 1").result.outcome == "completed"
    monkeypatch.undo()
    os.environ["STUDYHUB_WARM"] = "1"
    second = zygote()
    assert second is not first
    assert first.process.poll() is not None
    monkeypatch.setattr(nursery, "environment_mark", lambda: (1,))
    run("x = 1")
    assert zygote() is not second


def test_a_zygote_that_goes_lets_go_of_its_spare(run, monkeypatch):
    """A spare that is ready holds two processes, which nothing else would close before the worker's end."""
    nursery.end_all()
    before = held_processes()
    run("x = 1")
    nursery.wait_for_spares()
    first = zygote()
    assert held_processes() == before + 2
    monkeypatch.setattr(nursery, "environment_mark", lambda: (1,))
    run("x = 1")
    nursery.wait_for_spares()
    assert zygote() is not first
    assert held_processes() == before + 2
    nursery.end_all()
    assert held_processes() == before


def test_a_forked_worker_lets_go_of_its_parents_spares_and_leaves_them_alive(run):
    nursery.end_all()
    before = held_processes()
    run("x = 1")
    nursery.wait_for_spares()
    pid = os.fork()
    if not pid:
        held = -1
        try:
            held = held_processes() - before
        finally:
            os._exit(held & 0xFF)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert held_processes() == before + 2
    assert not zygote().spare.ended()


def test_two_runs_at_once_do_not_see_each_other(run, tmp_path):
    meet = threading.Barrier(2, timeout=120)
    look = (
        "import os, pathlib\npathlib.Path('/tmp/mine').write_text('x'); pathlib.Path('/dev/shm/mine').write_text('x')\n"
        "print(os.readlink('/proc/self/ns/pid'))",
        "import time; time.sleep(0.5)\n"
        "print(sorted(int(p) for p in os.listdir('/proc') if p.isdecimal()), os.listdir('/dev/shm'))\n"
        "print(open('/proc/net/unix').read().count('/run/studyhub'))",
    )

    def wait(progress):
        # The watchdog reports too, and would be taken for the other run.
        if progress.cell == 0 and not threading.current_thread().daemon:
            meet.wait()

    found = {}

    def go(name):
        folder = tmp_path / name
        found[name] = run(*look, folder=folder, on_progress=wait)

    threads = [threading.Thread(target=go, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {ran.result.outcome for ran in found.values()} == {"completed"}
    (space_a, *rest_a), (space_b, *rest_b) = (ran.stdout.splitlines() for ran in found.values())
    assert space_a != space_b
    assert rest_a == rest_b
    assert rest_a[0] == "[1, 2] ['mine']"


def test_init_and_zygote_can_not_be_read_or_ended_from_inside(run):
    ran = run(
        "import os, signal\n"
        "for name in ('environ', 'maps', 'mem', 'fd/0', 'fd/3', 'root', 'cwd', 'ns/mnt'):\n"
        "    try: (os.readlink if name[0] in 'frcn' else open)(f'/proc/1/{name}')\n"
        "    except PermissionError: continue\n"
        "    print('open:', name)\n"
        "for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, signal.SIGCHLD):\n    os.kill(1, number)\n"
        "print(open('/proc/self/mountinfo').read().count(' / /proc '), os.path.exists('/proc/1'))",
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "print(libc.unshare(0x10000000), libc.umount2(b'/run/studyhub/in', 2), libc.mount(b'a', b'/tmp', b'tmpfs', 0))",
        "print(sorted(os.listdir('/proc/self/fd'))[:3])",
    )
    assert ran.result.outcome == "completed"
    assert "open:" not in ran.stdout
    assert "-1 -1 -1" in ran.stdout


def test_a_worker_that_is_killed_leaves_nothing(tmp_path):
    program = f"""
import os, sys
sys.path.insert(0, {str(PROJECT)!r})
from pathlib import Path
import nbformat
from apps.runner.contract import Limits, RunRequest
from apps.runner.execute import execute
folder = Path({str(tmp_path)!r})
cells = [nbformat.v4.new_code_cell(text) for text in ("x = 1", "import time; time.sleep(60)")]
nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notebook.ipynb")
def tell(progress):
    if progress.cell == 1:
        print("running", flush=True)
execute(folder, RunRequest(run_id="t", attempt=1, exercise="e", profile="numpy"), on_progress=tell)
"""
    mounts = Path("/proc/self/mountinfo").read_text()
    worker = subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, "STUDYHUB_WARM": "1"}, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout.readline() == "running\n"
    below = psutil.Process(worker.pid).children(recursive=True)
    assert len(below) >= 4  # bubblewrap, the zygote, and a run
    worker.kill()
    worker.wait()
    worker.stdout.close()
    _, alive = psutil.wait_procs(below, timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    assert Path("/proc/self/mountinfo").read_text() == mounts


def test_operators_can_read_which_zygotes_live(run):
    run("x = 1")
    mine = next(status for status in nursery.read_status() if status["worker"] == os.getpid())
    entry = next(entry for entry in mine["zygotes"] if entry["profile"] == "numpy")
    assert psutil.Process(entry["pid"]).is_running()
    assert entry["resident_mb"] > 10
    assert entry["missing"] == []


def test_where_no_zygote_can_be_had_the_run_starts_cold_and_says_so_once(run, monkeypatch, caplog):
    nursery.end_all()
    monkeypatch.setattr(nursery.psutil, "virtual_memory", lambda: type("Memory", (), {"available": 0}))
    assert run("x = 1").result.outcome == "completed"
    assert [record.message for record in caplog.records if "starts cold" in record.message] == [
        "No warm kernel for the profile numpy, so this run starts cold: only 0 MB of memory are left"
    ]
    caplog.clear()
