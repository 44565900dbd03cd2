"""Outliving the run: what a notebook leaves running is gone when its result is there."""

import asyncio
import gc
import uuid

import pytest

from apps.runner import client
from apps.runner import zygote_nursery as nursery
from tests.redteam.kit import HONEST, Attack, Trace, left_behind, marked_processes, run_notebook
from tests.redteam.test_forgery import MESSAGES

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("kernel")]

SLEEP = "[sys.executable, '-c', 'import time; time.sleep(600)', '«mark»']"

ATTACKS: dict[str, Attack] = {
    "a child": Attack(f"import subprocess, sys\nsubprocess.Popen({SLEEP})"),
    "a grandchild in a session of its own": Attack(f"""
        import os, subprocess, sys
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                subprocess.Popen({SLEEP}, start_new_session=True)
            os._exit(0)
        """),
    "a child that ignores signals": Attack("""
        import os, signal, subprocess, sys
        code = 'import signal, time\\nfor n in range(1, 32):\\n    try: signal.signal(n, signal.SIG_IGN)\\n'
        code += '    except OSError: pass\\ntime.sleep(600)'
        subprocess.Popen([sys.executable, '-c', code, '«mark»'])
        """),
    "a child that survives its parent": Attack("""
        import ctypes, os, subprocess, sys
        code = 'import ctypes, time; ctypes.CDLL(None).prctl(1, 0); time.sleep(600)'
        subprocess.Popen([sys.executable, '-c', code, '«mark»'])
        """),
    "nohup": Attack(f"""
        import shlex, subprocess, sys
        subprocess.Popen('nohup setsid ' + shlex.join({SLEEP}) + ' & disown', shell=True)
        """),
    "at, cron and systemd": Attack("""
        import subprocess
        for words in ('crontab -', 'at now', 'systemd-run --user sleep 600', 'batch'):
            subprocess.run(words, shell=True, input='* * * * * sleep 600 «mark»', text=True, capture_output=True)
        """),
    "a stopped child": Attack(f"""
        import os, signal, subprocess, sys
        os.kill(subprocess.Popen({SLEEP}).pid, signal.SIGSTOP)
        """),
    "threads that never end": Attack("""
        import threading, time
        for _ in range(20):
            threading.Thread(target=time.sleep, args=(600,)).start()
        """),
    "an exit that takes its time": Attack("""
        import atexit, signal, time
        atexit.register(time.sleep, 600)
        for number in (1, 2, 3, 15):
            signal.signal(number, lambda *a: time.sleep(600))
        class Slow:
            def __del__(self): time.sleep(600)
        slow = Slow()
        """),
    "a deaf kernel": Attack("""
        import signal, threading, time
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
        """),
    "a kernel that stops itself in the probe": Attack(
        """
        import os, signal
        def secret(X):
            os.kill(os.getpid(), signal.SIGSTOP)
        """,
        outcome="timed_out",
        score=0.0,
        reason="Calling the notebook",
    ),
    "children born while it ends": Attack(f"""
        import os, subprocess, sys, threading, time
        def breed():
            while True:
                try:
                    children = [subprocess.Popen({SLEEP}) for _ in range(4)]
                    time.sleep(0.05)
                    for child in children:
                        child.kill(); child.wait()
                except OSError:
                    pass
        threading.Thread(target=breed, daemon=True).start()
        """),
    "a child left when the kernel dies": Attack(
        f"import os, subprocess, sys\nsubprocess.Popen({SLEEP}, start_new_session=True)\nos._exit(0)",
        outcome="learner_error",
        score=0.0,
    ),
    "files everywhere": Attack("""
        import os
        for folder in ('/tmp', '/dev/shm', '/learner', '/run/studyhub', '/run/studyhub/out'):
            open(f'{folder}/«mark»', 'w').write('x')
            os.mkfifo(f'{folder}/fifo')
        """),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_is_left(carry_out, name):
    mark = f"mark-{uuid.uuid4()}"
    carry_out(ATTACKS[name], mark=mark)
    assert marked_processes(mark) == []


def test_a_mark_would_be_seen(tmp_path, own_tmp):
    """The look for marked processes finds them while they live."""
    mark = f"mark-{uuid.uuid4()}"
    seen: list[int] = []
    nursery.wait_for_spares()
    before = Trace.now()
    code = f"import subprocess, sys, time\nsubprocess.Popen({SLEEP})".replace("«mark»", mark)
    run_notebook(
        tmp_path / "run", code, "time.sleep(0.5)", "x = 1", on_progress=lambda _: seen.extend(marked_processes(mark))
    )
    assert seen
    assert marked_processes(mark) == []
    nursery.wait_for_spares()
    assert left_behind(before) == []


def test_nothing_waits_for_a_kernel_that_is_gone(tmp_path, own_tmp, monkeypatch):
    """A run that a message has ended leaves no task behind, which would hold on to all of that message."""
    monkeypatch.setattr(client, "ALIVE_S", 60)
    ran = run_notebook(tmp_path / "run", HONEST, MESSAGES["metadata nested a thousand deep"].code)
    assert ran.result.outcome == "learner_error"
    # By their type: what is lazy elsewhere in this process (Django's objects) would be woken by a look at its class.
    tasks = [one for one in gc.get_objects() if issubclass(type(one), asyncio.Task) and not one.done()]
    assert [one for one in tasks if "_async_poll_kernel_alive" in repr(one.get_coro())] == []
