"""Exhausting a resource: each limit has its own verdict, and neither the worker nor the next run notices."""

import pytest

from tests.redteam import kit
from tests.redteam.kit import Attack

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("kernel")]

MEMORY = {"outcome": "out_of_memory", "score": 0.0}
TIME = {"outcome": "timed_out", "score": 0.0}
OUTPUT = {"outcome": "output_too_large", "score": 0.0}
DISK = {"outcome": "disk_full", "score": 0.0}
MANY = {"outcome": "too_many_processes", "score": 0.0}
SHORT = {"cell_s": 1.5, "wall_s": 4.0}

ATTACKS: dict[str, Attack] = {
    # Memory
    "a bytearray at once": Attack("x = bytearray(3 * 2**30)", **MEMORY),
    "bytearrays without end": Attack("x = []\nwhile True: x.append(bytearray(4_000_000))", **MEMORY),
    "private mappings": Attack(
        """
        import mmap
        held = []
        while True:
            held.append(mmap.mmap(-1, 8_000_000, flags=mmap.MAP_PRIVATE))
            held[-1].write(bytes(8_000_000))
        """,
        **MEMORY,
    ),
    "pages of a file": Attack(
        """
        import mmap
        held = []
        with open(np.__file__, 'rb') as file:
            while True:
                held.append(mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=3))
                held[-1][:] = bytes(len(held[-1]))
        """,
        outcome=("out_of_memory", "learner_error"),
        score=0.0,
    ),
    "a tree of children that share": Attack(
        """
        import os, time
        x = bytearray(b'x' * 60_000_000)
        for _ in range(8):
            if os.fork() == 0:
                for at in range(0, len(x), 4096): x[at] = 1
                time.sleep(60)
        time.sleep(60)
        """,
        **MEMORY,
    ),
    "a child whose memory is its own affair": Attack(
        """
        import ctypes, os, time
        if os.fork() == 0:
            ctypes.CDLL(None).prctl(4, 0)
            x = bytearray(500_000_000)
            x[::4096] = b'x' * len(x[::4096])
            time.sleep(60)
        time.sleep(60)
        """,
        **MEMORY,
    ),
    "an exception that catches MemoryError": Attack(
        """
        x = []
        while True:
            try:
                x.append(bytearray(b'x' * 10_000_000))
            except MemoryError:
                pass
        """,
        **MEMORY,
    ),
    "memory in the probe": Attack(
        "def secret(X):\n    x = []\n    while True: x.append(bytearray(b'x' * 10_000_000))", **MEMORY
    ),
    "memory that nobody has mapped": Attack(
        """
        import ctypes, mmap, os
        libc, held = ctypes.CDLL(None), []
        libc.mmap.restype = ctypes.c_void_p
        for n in range(12):
            try:
                held.append(os.memfd_create('x'))
                os.ftruncate(held[-1], 2**20)
                print('got a memfd')
            except OSError:
                pass
            if libc.shmget(0, 2**26, 0o1600) >= 0:
                print('got shared memory')
            if libc.mmap(None, 2**26, 3, 0x21, -1, 0) != 2**64 - 1:
                print('got a shared mapping')
        if 'got' not in globals():
            print('refused all of them')
        """,
        said=r"\Arefused all of them\s*\Z",
    ),
    # Disk
    "one large file": Attack("open('/tmp/large', 'wb').write(bytes(10**8))", **DISK),
    "many files": Attack("for n in range(10**3): open(f'/learner/{n}', 'wb').write(bytes(10**5))", **DISK),
    "shared memory as a disk": Attack(
        """
        for n in range(10**3):
            try:
                open(f'/dev/shm/{n}', 'wb').write(bytes(10**6))
            except OSError:
                pass
        """,
        **DISK,
    ),
    "files without content": Attack(
        """
        import os
        for n in range(10**6):
            os.close(os.open(f'/tmp/{n}', os.O_CREAT))
        """,
        **DISK,
    ),
    "folders in the platform's corner": Attack(
        """
        import os
        for n in range(10**6):
            os.mkdir(f'/run/studyhub/{n}')
        """,
        **DISK,
    ),
    "a sparse file of many terabytes": Attack("with open('/tmp/large', 'wb') as file: file.truncate(2**44)", **DISK),
    "an outbox that is full": Attack(
        """
        try:
            open('/run/studyhub/out/x', 'wb').write(bytes(10**8))
        except OSError:
            pass
        """,
        score=0.0,
    ),
    # Processes, threads, descriptors
    "a fork bomb": Attack(
        """
        import os
        while True:
            try:
                os.fork()
            except OSError:
                pass
        """,
        **MANY,
    ),
    "a thousand threads": Attack(
        """
        import threading, time
        for _ in range(1000):
            threading.Thread(target=time.sleep, args=(60,)).start()
        """,
        **MANY,
    ),
    "a thousand short lives": Attack(
        """
        import os, time
        until = time.time() + 60
        while time.time() < until:
            if os.fork() == 0: os._exit(0)
        """,
        outcome=("too_many_processes", "timed_out"),
        score=0.0,
        limits=SHORT,
    ),
    "descriptors": Attack(
        """
        import os
        held = []
        while True: held.append(os.open('/dev/null', 0))
        """,
        outcome=("learner_error", "timed_out"),
        score=0.0,
    ),
    "busy threads": Attack(
        """
        import threading, time
        def burn():
            while True: np.linalg.svd(np.ones((200, 200)))
        for _ in range(8): threading.Thread(target=burn, daemon=True).start()
        time.sleep(60)
        """,
        limits=SHORT,
        **TIME,
    ),
    # Time
    "a loop that catches everything": Attack(
        """
        import time
        while True:
            try: time.sleep(60)
            except BaseException: pass
        """,
        limits=SHORT,
        **TIME,
    ),
    "signals ignored": Attack(
        """
        import signal, time
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True: time.sleep(60)
        """,
        limits=SHORT,
        **TIME,
    ),
    "an alarm of one's own in the probe": Attack(
        """
        import signal, time
        def secret(X):
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            while True:
                try: time.sleep(60)
                except BaseException: pass
        """,
        reason="Calling the notebook's functions",
        **TIME,
    ),
    "many short cells' worth of sleep": Attack(
        "import time\nfor _ in range(10**6): time.sleep(0.01)", limits=SHORT, **TIME
    ),
    "an event loop that never yields": Attack(
        """
        import asyncio, time
        async def hog():
            while True: time.sleep(1)
        asyncio.get_event_loop().create_task(hog())
        await asyncio.sleep(60)
        """,
        limits=SHORT,
        **TIME,
    ),
    "a regular expression without end": Attack("import re\nre.match('(a+)+$', 'a' * 64 + 'b')", limits=SHORT, **TIME),
    "a stopped kernel": Attack("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", limits=SHORT, **TIME),
    "a question to nobody": Attack("input('name? ')", outcome="learner_error", reason="StdinNotImplementedError"),
    # Output
    "a print without end": Attack("while True: print('x' * 1000)", **OUTPUT),
    "a print past the guard": Attack(
        """
        import os
        while True: os.write(1, b'x' * 10_000)
        """,
        outcome=("output_too_large", "timed_out"),
        score=0.0,
        limits=SHORT,
    ),
    "a child that prints": Attack(
        "import subprocess\nsubprocess.run('yes')", outcome=("output_too_large", "timed_out"), score=0.0, limits=SHORT
    ),
    "displays": Attack(
        "from IPython.display import display\nwhile True: display({'text/plain': 'x' * 1000}, raw=True)", **OUTPUT
    ),
    "a hundred thousand small outputs": Attack(
        "from IPython.display import display\nfor _ in range(10**5): display('')", **OUTPUT
    ),
    "one display, updated for ever": Attack(
        """
        from IPython.display import display
        handle = display('x', display_id=True)
        while True: handle.update('x' * 1000)
        """,
        **OUTPUT,
    ),
    "outputs that are cleared at once": Attack(
        """
        from IPython.display import clear_output
        while True:
            print('x' * 2000, flush=True)
            clear_output()
        """,
        **OUTPUT,
    ),
    "a traceback of a megabyte": Attack(
        "raise ValueError('x' * 10**6)", outcome=("output_too_large", "learner_error"), score=0.0
    ),
    "a traceback without end": Attack(
        """
        def f(n): return f(n + 1)
        f(0)
        """,
        outcome="learner_error",
        reason="RecursionError",  # IPython takes seconds to lay it out
    ),
    "cells that print in turn": Attack(
        """
        import threading, sys
        def chatter():
            while True: sys.stdout.write('y' * 1000); sys.stdout.flush()
        for _ in range(4): threading.Thread(target=chatter, daemon=True).start()
        import time; time.sleep(60)
        """,
        outcome=("output_too_large", "timed_out"),
        score=0.0,
        limits=SHORT,
    ),
    "a picture larger than any message may be": Attack(
        """
        from IPython.display import display
        display({'image/png': 'A' * 40 * 2**20, 'text/plain': ''}, raw=True)
        """,
        outcome=("output_too_large", "timed_out"),
        score=0.0,
        limits={"cell_s": 8.0},
    ),
    "a picture of ten megabytes": Attack(
        """
        from IPython.display import display
        display({'image/png': 'A' * 10**7, 'text/plain': ''}, raw=True)
        """,
        **OUTPUT,
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_its_limit_ends_it(carry_out, name):
    before = kit.memory()
    carry_out(ATTACKS[name])
    assert kit.settles(lambda: kit.memory() - before < 300 * 2**20)


def test_a_large_cell_is_run_or_refused(carry_out):
    carry_out(Attack("x = '" + "é" * 400_000 + "'\n" + "y = 1\n" * 20_000))
