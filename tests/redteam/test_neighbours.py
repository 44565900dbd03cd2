"""Stealing from a neighbour: another learner's run goes on beside each attack, with secrets in every place there is."""

import os
import threading
import time

import pytest

from apps.runner import zygote_nursery as nursery
from apps.runner.contract import Progress
from tests.redteam.kit import HONEST, Attack, run_notebook, tries

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("kernel")]

SECRET = "neighbour-5f2c91"
NEIGHBOUR = f"""
import multiprocessing.shared_memory, os, socket, subprocess, sys, threading, time
SECRET = "{SECRET}"
os.environ["SECRET"] = SECRET
for folder in ("/tmp", "/dev/shm", "/learner", "/run/studyhub", "/run/studyhub/out"):
    with open(folder + "/{SECRET}", "w") as file:
        file.write(SECRET)
    os.chmod(folder + "/{SECRET}", 0o666)
block = multiprocessing.shared_memory.SharedMemory("{SECRET}-block", create=True, size=4096)
doors = []
for address in ("\\0{SECRET}", "/tmp/{SECRET}.sock"):
    doors.append(socket.socket(socket.AF_UNIX))
    doors[-1].bind(address)
    doors[-1].listen()
doors.append(socket.create_server(("127.0.0.1", 21234)))
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", SECRET])
os.mkfifo("/tmp/{SECRET}.fifo")
"""
LAST = """
assert child.poll() is None
assert open("/tmp/" + SECRET).read() == SECRET and sorted(os.listdir("/learner")) == BEFORE
"""

ATTACKS: dict[str, Attack] = {
    "its processes": tries(f"""
        for pid in filter(str.isdigit, os.listdir('/proc')):
            for name in ('cmdline', 'environ', 'maps'):
                text = attempt(lambda: open(f'/proc/{{pid}}/{{name}}').read()) or ''
                '{SECRET[:-1]}' + '{SECRET[-1]}' in text and got(pid, name)
        """),
    "its files": tries(f"""
        for top, folders, names in os.walk('/'):
            folders[:] = [name for name in folders if name not in ('site-packages', 'python3', 'share')]
            any('{SECRET}' in name for name in names + folders) and got(top)
        """),
    "its shared memory": tries(f"""
        import multiprocessing.shared_memory
        expect_refusal(multiprocessing.shared_memory.SharedMemory, '{SECRET}-block')
        os.listdir('/dev/shm') == [] or got(os.listdir('/dev/shm'))
        """),
    "its abstract sockets": tries(f"""
        import socket
        '{SECRET}' in open('/proc/net/unix').read() and got('seen')
        with socket.socket(socket.AF_UNIX) as door:
            expect_refusal(door.connect, '\\0{SECRET}')
        """),
    "its ports": tries("""
        import socket
        for host in ('127.0.0.1', '::1', '0.0.0.0'):
            expect_refusal(socket.create_connection, (host, 21234), timeout=0.5)
        with socket.create_server(('127.0.0.1', 21234)) as mine:
            print('its number is free here')
        """),
    "signals to all": tries("""
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for pid in (-1, *range(3, 3000)):
            try:
                os.kill(pid, signal.SIGTERM)
            except OSError:
                pass
        """),
    "its kernel's sockets": tries("""
        import glob, socket
        mine = {f'/run/studyhub/k-{n}' for n in range(1, 6)}
        for pattern in ('/run/**', '/tmp/**', '/proc/*/root/run/studyhub/**', '/proc/*/cwd/**'):
            for name in glob.glob(pattern, recursive=True):
                'studyhub/k-' in name and name[name.index('/run/'):] not in mine and got(name)
        len({os.stat(name).st_ino for name in glob.glob('/proc/*/root/run/studyhub/k-1')}) > 1 and got('another kernel')
        """),
    "its keys": tries("""
        calls = (250, 248) if os.uname().machine == 'x86_64' else (219, 217)
        for ring in (-1, -2, -3, -4, -5):
            syscall(calls[0], 6, ring, 0, 0) >= 0 and got('described', ring)
            syscall(calls[1], b'user', b'studyhub', b'loot', 4, ring) >= 0 and got('added', ring)
        """),
    "its semaphores and queues": tries("""
        for name in ('shm', 'sem', 'msg'):
            rows = open(f'/proc/sysvipc/{name}').read().splitlines()
            len(rows) > 1 and got(name, rows)
        for key in range(1, 50):
            libc.shmget(key, 1, 0) >= 0 and got(key)
        """),
    "its priority": tries("""
        for pid in range(1, 50):
            pid not in (os.getpid(), 1) and attempt(os.setpriority, os.PRIO_PROCESS, pid, 19)
        expect_refusal(os.setpriority, os.PRIO_USER, 1, 19)
        """),
    "its terminal": tries("""
        os.listdir('/dev/pts') == ['ptmx'] or got(os.listdir('/dev/pts'))
        """),
    "its locks": tries("""
        import fcntl, sys
        for name in (sys.executable, np.__file__, '/etc/passwd'):
            with open(name) as file:
                attempt(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        """),
}


@pytest.fixture(scope="module")
def kept_zygote():
    """The neighbour's stays in use: replaced, it would live on beside the next one, which is no trace of an attack."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nursery, "FORKS_PER_ZYGOTE", 10**6)
        yield


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory, kept_zygote):
    """A run of each kind that is up while the attacks are made. Over at the end, it has to have its point."""
    folder = tmp_path_factory.mktemp("neighbour")
    ran, threads = {}, []
    up, over = threading.Semaphore(0), threading.Event()
    cells = (HONEST + NEIGHBOUR, "BEFORE = sorted(os.listdir('/learner'))", LAST)

    def hold(seen: Progress) -> None:
        # The watchdog reports too, and must not be held up.
        if seen.cell == 2 and not threading.current_thread().daemon and not over.is_set():
            up.release()
            over.wait()

    def live(kind: str) -> None:
        limits = {"wall_s": 3600.0, "cell_s": 3600.0}  # longer than the attacks take on a busy machine
        ran[kind] = run_notebook(folder / kind, *cells, on_progress=hold, warm=kind == "warm", **limits)

    for kind in ("warm", "cold"):
        threads.append(threading.Thread(target=live, args=(kind,)))
        threads[-1].start()
        assert up.acquire(timeout=180)
    yield
    over.set()
    for thread in threads:
        thread.join(180)
    assert {kind: (done.result.outcome, done.score) for kind, done in ran.items()} == {
        "warm": ("completed", 1.0),
        "cold": ("completed", 1.0),
    }, ran


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_of_the_neighbours_is_reached(neighbour, carry_out, name):
    carry_out(ATTACKS[name])


def test_nothing_is_handed_on_to_the_next_run(tmp_path, own_tmp):
    """What one run leaves in every place that it can write, the next one does not find."""
    leave = f"""
import gc, os, random
for folder in ("/tmp", "/dev/shm", "/learner", "/run/studyhub", "/run/studyhub/out"):
    open(folder + "/{SECRET}", "w").write("x")
np.left_behind = random.left_behind = os.environ["LEFT"] = "{SECRET}"
os.umask(0o777), os.nice(5), np.random.seed(0)
np.seterr(all="raise"), gc.disable()
import sys; sys.setrecursionlimit(100_000); sys.path.append("{SECRET}")
"""
    look = f"""
import gc, os, random, sys
for folder in ("/tmp", "/dev/shm", "/learner", "/run/studyhub", "/run/studyhub/out"):
    assert "{SECRET}" not in os.listdir(folder), folder
assert not hasattr(np, "left_behind") and not hasattr(random, "left_behind") and "LEFT" not in os.environ
assert (os.umask(0o22), os.nice(0), gc.isenabled()) == (0o22, {os.nice(0)}, True)
assert "{SECRET}" not in sys.path and sys.getrecursionlimit() < 100_000 and np.geterr()["under"] == "ignore"
"""
    assert run_notebook(tmp_path / "first", HONEST, leave).result.outcome == "completed"
    second = run_notebook(tmp_path / "second", HONEST, look)
    assert second.result.outcome == "completed", second.result.reason
    assert second.score == 1


def test_two_runs_at_once_do_not_mix(tmp_path, own_tmp):
    """The same names, the same moments: each run keeps its own values."""
    ran = {}

    def go(name: str) -> None:
        code = f"import time\nopen('/tmp/who', 'w').write('{name}')\ntime.sleep(0.5)\nprint(open('/tmp/who').read())"
        ran[name] = run_notebook(tmp_path / name, HONEST, code)

    threads = [threading.Thread(target=go, args=(name,)) for name in ("ada", "ben")]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 180
    for thread in threads:
        thread.join(until - time.monotonic())
    assert {name: done.stdout for name, done in ran.items()} == {"ada": "ada\n", "ben": "ben\n"}
    assert [done.score for done in ran.values()] == [1, 1]
