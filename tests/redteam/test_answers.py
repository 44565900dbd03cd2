"""Looking for the answer: on disk, in other processes, in what the probe is told, in what it holds while it calls."""

import os
import sys
from pathlib import Path

import pytest

from tests.redteam.kit import ANSWERS, Attack, run_notebook, tries

pytestmark = pytest.mark.sandbox

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "studyhub-secret-of-the-platform"

ON_DISK: dict[str, Attack] = {
    "the exercise's grading": tries("""
        for name in ('grading.py', 'exercise.yaml', 'notebook.py', 'reference/figures.json'):
            expect_refusal(open, f'«package»/{name}')
        expect_refusal(os.listdir, '«project»/notebooks')
        """),
    "any file of that name": tries("""
        wanted = {'grading.py', 'figures.json', 'exercise.yaml', 'request.json', 'db.sqlite3', 'manage.py'}
        for top, folders, names in os.walk('/'):
            folders[:] = [name for name in folders if name not in ('proc', 'site-packages', 'python3', 'share')]
            wanted & set(names) and got(top, wanted & set(names))
        """),
    "the platform's own modules": tries("""
        import importlib
        for name in ('apps', 'apps.grading', 'apps.runner.contract', 'studyhub', 'studyhub.settings', 'tests'):
            expect_refusal(importlib.import_module, name)
        """),
    "the database, the store, the frozen curriculum": tries("""
        for name in ('db.sqlite3', 'runs', 'curriculum', 'broker', 'secret', 'secret/key'):
            expect_refusal(os.listdir, '«var»/' + name)
            expect_refusal(open, '«var»/' + name)
        expect_refusal(open, '«secret»')
        """),
    "by way of the mounts' sources": tries("""
        for line in open('/proc/self/mountinfo'):
            source = line.split()[3]
            for name in (source, source + '/..', os.path.dirname(source) + '/request.json', source + '/../inputs.npz'):
                if os.path.isfile(name) and name.endswith(('request.json', 'inputs.npz')):
                    got(name)
            'notebooks' in (attempt(os.listdir, source) or []) and got(source)
        """),
    "beside the public data": tries("""
        for name in ('data/..', 'data/../..', 'data/../request.json', '/learner/data/../notebook.ipynb'):
            print(attempt(os.listdir, name))
            {'request.json', 'inputs.npz', 'notebook.ipynb'} & set(attempt(os.listdir, name) or []) and got(name)
        expect_refusal(os.open, '..', os.O_RDONLY | 0o20000000 | os.O_WRONLY, dir_fd=os.open('data', 0))
        """),
    "the worker's environment and words": tries("""
        for pid in filter(str.isdigit, os.listdir('/proc')):
            for name in ('environ', 'cmdline', 'maps', 'stat', 'comm'):
                text = attempt(lambda: open(f'/proc/{pid}/{name}', errors='replace').read()) or ''
                ('studyhub-secret-of-the-' + 'platform' in text or 'STUDYHUB_' in text) and got(pid, name)
        'STUDYHUB_SENTINEL' in os.environ and got('environment')
        """),
    "the worker's memory": tries("""
        import ctypes
        buffer = ctypes.create_string_buffer(64)
        for pid in («worker», os.getppid()):
            pieces = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64), (ctypes.c_void_p * 2)(«address», 64)
            read = libc.process_vm_readv(pid, pieces[0], 1, pieces[1], 1, 0)
            read > 0 and b'studyhub' in buffer.raw and got(buffer.raw)
            if pid == «worker»:
                expect_refusal(open, f'/proc/{pid}/mem', 'rb')
        """),
    "one's own memory": tries("""
        import re
        needle = re.compile(b'studyhub-secret-of-the-[p]latform')
        pieces = 0
        with open('/proc/self/mem', 'rb') as memory:
            for line in open('/proc/self/maps'):
                begin, end = (int(word, 16) for word in line.split()[0].split('-'))
                if 'r' in line.split()[1] and end - begin < 2**26 and '[v' not in line:
                    memory.seek(begin)
                    text = attempt(memory.read, end - begin) or b''
                    pieces += 1
                    needle.search(text) and got('secret')
        pieces > 20 or got('nothing was read')
        """),
    "what the kernel was told on its way": tries("""
        import glob
        for name in glob.glob('/run/studyhub/**', recursive=True):
            text = attempt(lambda: open(name, 'rb').read()) if os.path.isfile(name) else b''
            (b'reference' in text or b'points' in text or b'probe' in text) and got(name, text)
        """),
    "a broker or a database that listens": tries("""
        import socket
        for port in (5432, 6379, 5672, 3306, 11211, 8000, 8080):
            expect_refusal(socket.create_connection, ('127.0.0.1', port), timeout=0.2)
        """),
    "the history and the session of the kernel": tries("""
        shell = get_ipython()
        words = [repr(sorted(shell.user_ns)), repr(vars(shell.kernel.session))]
        any('"probe' in word or 'hidden' in word or 'grading' in word for word in words) and got(words)
        """),
}


@pytest.fixture
def platform(monkeypatch, tmp_path):
    """A secret in each place where the platform keeps some; the words that the attacks' texts name them by."""
    monkeypatch.setenv("STUDYHUB_SENTINEL", SECRET)
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    secret.chmod(0o644)
    kept = SECRET.encode() + b"\0"
    address = id(kept) + sys.getsizeof(kept) - len(kept) - 1
    package = next(PROJECT.glob("notebooks/*/*/grading.py")).parent
    return {
        "project": PROJECT,
        "package": package,
        "var": os.environ["STUDYHUB_VAR"],
        "secret": secret,
        "worker": os.getpid(),
        "address": address,
        "kept": kept,
    }


@pytest.mark.parametrize("name", ON_DISK)
def test_it_is_not_to_be_found(carry_out, platform, name):
    ran = carry_out(ON_DISK[name], **platform)
    assert SECRET not in ran.executed


# These bring their loot home as what `secret` returns. It has to hold something (the attack worked), and no answer.
LOOT = """
LOOT = []

def secret(X):
    return "loot: " + " ".join(map(str, LOOT))[:200_000]
"""


def loots(code: str, holds: str) -> Attack:
    return Attack(f"{LOOT}\n{Attack(code).code}", artefact=f"loot: .*{holds}")


WHILE_IT_CALLS: dict[str, Attack] = {
    "the frames of the harness": loots(
        """
        def double(X):
            import sys
            frame = sys._getframe()
            while frame:
                LOOT.append(repr(frame.f_locals)[:20_000])
                if frame.f_code.co_filename == '<studyhub>':
                    LOOT.append(repr(frame.f_globals.get('REQUEST')))
                frame = frame.f_back
            return 2 * X
        """,
        holds="probes",
    ),
    "every object there is": loots(
        """
        def double(X):
            import gc, numpy
            for thing in gc.get_objects():
                if isinstance(thing, (numpy.ndarray, dict)) and len(thing) < 40:
                    LOOT.append(repr(thing)[:300])
                if isinstance(thing, dict) and 'timeout_s' in thing:
                    LOOT.append('harness ' + repr(thing))
            LOOT.sort(key=lambda text: not text.startswith('harness'))
            return 2 * X
        """,
        holds="harness",
    ),
    "a numpy.load of one's own": loots(
        """
        import numpy
        _load = numpy.load
        def load(path, **keywords):
            stored = _load(path, **keywords)
            LOOT.append(f'{path} {stored.files} ' + repr([stored[name] for name in stored.files]))
            return stored
        numpy.load = load
        """,
        holds="inputs.npz",
    ),
    "an open of one's own": loots(
        """
        import builtins, os
        _open = builtins.open
        def listening(path, *arguments, **keywords):
            LOOT.append(path)
            if '/run/studyhub' in str(path):
                LOOT.append(os.listdir('/run/studyhub/in') + os.listdir('/run/studyhub/out'))
            return _open(path, *arguments, **keywords)
        builtins.open = listening
        """,
        holds="studyhub",
    ),
    "a json of one's own": loots(
        """
        import json
        _loads = json.loads
        def loads(text, **keywords):
            LOOT.append(str(text)[:5000])
            return _loads(text, **keywords)
        json.loads = loads
        """,
        holds="inputs_file",
    ),
    "an exec and a compile of one's own": loots(
        """
        import builtins
        _compile, _exec = builtins.compile, builtins.exec
        builtins.compile = lambda source, *a, **k: (LOOT.append(str(source)[:500]), _compile(source, *a, **k))[1]
        builtins.exec = lambda code, *a: (LOOT.append(str(a)[:3000]), _exec(code, *a))[1]
        """,
        holds="REQUEST",
    ),
    "a trace of every line": loots(
        """
        import sys
        def trace(frame, event, argument):
            if 'studyhub' in frame.f_code.co_filename:
                LOOT.append(repr(frame.f_locals)[:500])
            return trace
        def watch(*_):
            sys.settrace(trace)
        get_ipython().events.register('pre_execute', watch)
        """,
        holds="timeout_s",
    ),
    "an audit hook": loots(
        """
        import sys
        def hook(event, arguments):
            if event in ('open', 'exec', 'compile', 'socket.connect'):
                LOOT.append(event + repr(arguments)[:200])
        sys.addaudithook(hook)
        """,
        holds="inputs.npz",
    ),
    "the messages of the platform": loots(
        """
        kernel = get_ipython().kernel
        _run_cell = kernel.do_execute
        async def do_execute(code, *arguments, **keywords):
            LOOT.append(code[-4000:])
            return await _run_cell(code, *arguments, **keywords)
        kernel.do_execute = do_execute
        """,
        holds="probes",
    ),
    "the profile of the calls": loots(
        """
        import threading, sys, time
        def spy():
            while True:
                for frame in sys._current_frames().values():
                    while frame:
                        if frame.f_code.co_filename == '<studyhub>' and 'request' in frame.f_locals:
                            LOOT.append(repr(frame.f_locals)[:2000])
                        frame = frame.f_back
                time.sleep(0.001)
        threading.Thread(target=spy, daemon=True).start()
        def double(X):
            time.sleep(0.2)
            return 2 * X
        """,
        holds="space",
    ),
}


@pytest.mark.parametrize("name", WHILE_IT_CALLS)
def test_what_the_probe_knows_is_no_answer(carry_out, name):
    ran = carry_out(WHILE_IT_CALLS[name])
    loot = ran.artefact("secret").decode()
    assert not any(word in loot for word in ("apps.grading", "Close(", "GradingSpec"))
    assert all(f"{answer:.9f}"[:9] not in loot for answer in ANSWERS)


def test_the_inputs_come_after_the_last_cell(tmp_path, own_tmp):
    """A thread watches the inbox from the first cell on; the last cell says what it has seen until then."""
    watch = """
import os, threading, time
SEEN, DONE = set(), threading.Event()
def watch():
    while not DONE.is_set():
        SEEN.update(os.listdir('/run/studyhub/in'))
        time.sleep(0.001)
threading.Thread(target=watch, daemon=True).start()
def double(X):
    for _ in range(1000):
        if 'inputs.npz' in SEEN:
            break
        time.sleep(0.005)
    return sorted(SEEN - {'new'})  # as it is called until it is whole
"""
    ran = run_notebook(tmp_path / "run", watch, "time.sleep(0.3)", "print(SEEN)")
    assert ran.stdout == "set()\n"
    assert b'["inputs.npz"]' in ran.artefact("double")
    assert ran.score == 0
