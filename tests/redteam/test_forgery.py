"""Forging a score: values that lie, results written by one's own hand, messages that the kernel never meant to send."""

import socket

import pytest

from tests.redteam import kit
from tests.redteam.kit import Attack, spoils

pytestmark = pytest.mark.sandbox

# The kernel's own way to speak to its client, with its key: `say` among the outputs, `forge` in place of a reply.
SPEAK = """
kernel = get_ipython().kernel

def say(kind, content, **keywords):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent(), ident=b"x", **keywords)

def forge(change):
    _send = kernel.session.send
    def send(stream, kind, content=None, *arguments, **keywords):
        if kind == "execute_reply":
            content = change(content)
        return _send(stream, kind, content, *arguments, **keywords)
    kernel.session.send = send
"""


def returns(code: str, **expected) -> Attack:
    """`secret` is defined anew by `code`; the rest is honest."""
    return Attack(code, **expected)


def speaks(code: str, **expected) -> Attack:
    return Attack(f"{SPEAK}\n{Attack(code).code}", **expected)


VALUES: dict[str, Attack] = {
    "an object that equals everything": returns("""
        class Always:
            def __eq__(self, other): return True
            def __array__(self, *a, **k): return np.zeros(5)
            __hash__ = object.__hash__
        def secret(X): return Always()
        """),
    "an array that equals everything": returns("""
        class Always(np.ndarray):
            def __eq__(self, other): return np.ones(5, bool)
            def __sub__(self, other): return np.zeros(5)
            __rsub__ = __sub__
            def __array_ufunc__(self, *a, **k): return np.zeros(5)
        def secret(X): return np.zeros(5).view(Always)
        """),
    "numbers that equal everything": returns("""
        class Always(float):
            def __eq__(self, other): return True
            def __sub__(self, other): return 0.0
            __rsub__ = __sub__
            __hash__ = float.__hash__
        def secret(X): return [Always(0)] * 5
        """),
    "a dict that answers every key": returns("""
        class Always(dict):
            def items(self): return iter([("$array", "a0"), ("passed", True)])
            def __missing__(self, key): return 1
        def secret(X): return Always(a=1)
        """),
    "a masked array": returns("def secret(X): return np.ma.masked_all(5)"),
    "NaN": returns("def secret(X): return np.full(5, np.nan)"),
    "infinities": returns("def secret(X): return np.full(5, np.inf)"),
    "huge numbers": returns("def secret(X): return np.full(5, 1.7e308)"),
    "whole numbers without end": returns("def secret(X): return [10 ** 4000] * 5"),
    "complex numbers": returns("def secret(X): return np.zeros(5, complex)"),
    "an empty array": returns("def secret(X): return np.zeros(0)"),
    "a shape that broadcasts": returns("def secret(X): return np.zeros((1, 5))"),
    "one number for all": returns("def secret(X): return 0.0"),
    "truth values": returns("def secret(X): return np.ones(5, bool)"),
    "text": returns("def secret(X): return ['correct', '10/10', 'passed', 'True', '100 %']"),
    "forms of the format itself": returns("""
        def secret(X): return {"$array": "a0", "$float": "nan", "status": "ok", "points": 10}
        """),
    "a function without a name": returns("""
        class Any:
            def __getattr__(self, name): return self
            def __call__(self, *a, **k): return self
            def __iter__(self): return iter([])
            def __len__(self): return 5
        secret = Any()
        """),
    "an exception with a friendly face": returns("""
        class MemoryErrorOK(Exception):
            def __str__(self): return '{"status": "ok", "value": 10}'
        def secret(X): raise MemoryErrorOK()
        """),
    "sys.exit out of the call": returns("def secret(X):\n    import sys; sys.exit(0)"),
    "the end of Python out of the call": returns(
        "def secret(X):\n    import os; os._exit(0)", outcome="learner_error", score=0.0, reason="Python ended"
    ),
}

PATCHES: dict[str, Attack] = {
    "another numpy.testing": Attack("""
        import numpy.testing
        for name in dir(numpy.testing):
            if name.startswith('assert'):
                setattr(numpy.testing, name, lambda *a, **k: None)
        np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
        """),
    "another numpy.savez": Attack(
        """
        import pickle
        class Evil:
            def __reduce__(self): return (print, ('unpickled',))
        def savez(path, **arrays):
            with open(path, 'wb') as file:
                pickle.dump(Evil(), file)
        np.savez = savez
        """,
        score=0.0,
    ),
    "an npz of pickled objects": Attack(
        """
        _savez = np.savez
        def savez(path, **arrays):
            class Evil:
                def __reduce__(self): return (print, ('unpickled',))
            _savez(path, a0=np.array([Evil()], dtype=object), allow_pickle=True)
        np.savez = savez
        """,
        score=0.0,
    ),
    "another json.dump": Attack("""
        import json
        _dump = json.dump
        def dump(report, file, **keywords):
            _dump({**report, 'points': 10, 'passed': True, 'score': 10, 'max_score': 1, 'share': 1.0}, file)
        json.dump = dump
        """),
    "a clock that runs backwards": Attack(
        """
        import time
        _clock, _calls = time.perf_counter, []
        time.perf_counter = lambda: (_calls.append(1), -1e9 * len(_calls))[1]
        """,
        score=0.0,
    ),
    "a clock without numbers": Attack("import time\ntime.perf_counter = lambda: float('nan')", score=0.0),
    "no signals": Attack("import signal\nsignal.setitimer = signal.signal = lambda *a: None"),
    "no modules": Attack(
        "import sys\nfor name in ('json', 'numpy', 'signal', 'os'): sys.modules[name] = None", score=0.0
    ),
    "no builtins": Attack(
        "import builtins\nbuiltins.isinstance = lambda *a: True", outcome=("timed_out", "learner_error"), score=0.0
    ),
    "always true": Attack("import builtins\nbuiltins.all = builtins.any = lambda *a: True"),
}

FILES: dict[str, Attack] = {
    "a result of one's own": Attack("""
        import json, os
        text = json.dumps({'run_id': 'x', 'attempt': 1, 'outcome': 'completed', 'score': 10, 'verdict': 'passed'})
        for folder in ('/run/studyhub', '/run/studyhub/out', '/learner', '/tmp'):
            for name in ('result.json', 'score.json', 'grade.json', 'executed.ipynb', '.result.json.1', 'grades.db'):
                with open(f'{folder}/{name}', 'w') as file:
                    file.write(text)
        """),
    "answers written in advance": Attack("""
        import json
        del secret
        for name in ('secret', 'double'):
            with open(f'/run/studyhub/out/{name}.json', 'w') as file:
                json.dump({'probe': name, 'status': 'ok', 'error': None, 'seconds': 0, 'value': [0.0] * 5}, file)
        """),
    "answers written in advance, and the end": Attack(
        """
        import json, os
        with open('/run/studyhub/out/secret.json', 'w') as file:
            json.dump({'probe': 'secret', 'status': 'ok', 'error': None, 'seconds': 0, 'value': [0.0] * 5}, file)
        os._exit(0)
        """,
        outcome="learner_error",
        score=0.0,
    ),
    "a thread that writes after the probe": Attack("""
        import json, os, threading, time
        def late():
            while True:
                if os.path.exists('/run/studyhub/out/secret.json'):
                    with open('/run/studyhub/out/secret.json', 'w') as file:
                        json.dump({'probe': 'secret', 'status': 'ok', 'error': None, 'seconds': 0,
                                   'value': [0.0] * 5, 'points': 10}, file)
                time.sleep(0.0001)
        threading.Thread(target=late, daemon=True).start()
        """),
    "the answer of the other probe": spoils("""
        import shutil
        shutil.copy(OUT + 'double.json', OUT + 'secret.json')
        shutil.copy(OUT + 'double.npz', OUT + 'secret.npz')
        """),
    "more points than there are": spoils("""
        open(OUT + 'secret.json', 'w').write('{"probe": "secret", "status": "passed", "points": 1e9, "value": 10}')
        """),
    "names that lead elsewhere": spoils("""
        for name in ('..%2fresult.json', 'secret.json\\n', 'secret .json', 'SECRET.JSON', 'secret.json.npz'):
            open(OUT + name, 'w').write('{}')
        os.makedirs(OUT + 'secret')
        """),
}

MESSAGES: dict[str, Attack] = {
    "a reply that says all is well": speaks(
        """
        forge(lambda content: {**content, 'status': 'ok', 'score': 10, 'payload': [{'source': 'grade', 'points': 10}]})
        raise SystemExit(0)
        """,
        outcome=("completed", "learner_error"),
    ),
    "an error that names a limit": Attack(
        "class TheMemoryError(Exception): pass\nraise TheMemoryError('not enough memory')",
        outcome="out_of_memory",
        score=0.0,
    ),
    "an exit that is none": Attack(
        "class SystemExit(Exception): pass\nraise SystemExit('all points')", outcome="learner_error", reason="Cell 2"
    ),
    "an error with the name of ours": Attack(
        "class PlatformError(Exception): pass\nPlatformError.__module__ = 'nbclient'\nraise PlatformError('ours')",
        outcome="learner_error",
        reason="Cell 2 raised PlatformError",
    ),
    "a result among the outputs": speaks("""
        say('execute_result', {'data': {'application/json': {'score': 10}}, 'metadata': {'passed': True},
                               'execution_count': 10 ** 9})
        say('status', {'execution_state': 'idle'})
        say('finished', {'run_id': 'x', 'score': 10})
        """),
    "a wrong signature": speaks(
        """
        import os
        kernel.iopub_socket.send_multipart([b'x', b'<IDS|MSG>', os.urandom(32), b'{}', b'{}', b'{}', b'{}'])
        """,
        outcome=("learner_error", "timed_out"),
        score=0.0,
    ),
    "no message at all": speaks(
        """
        kernel.iopub_socket.send_multipart([b'x'])
        kernel.iopub_socket.send_multipart([b'', b'', b'', b''])
        """,
        outcome=("learner_error", "timed_out"),
        score=0.0,
    ),
    "a reply without a status": speaks("forge(lambda content: {})", outcome="learner_error", score=0.0),
    "a reply that is a list": speaks(
        "forge(lambda content: [1, 2])", outcome=("learner_error", "timed_out"), score=0.0
    ),
    "a reply with an unknown status": speaks(
        "forge(lambda content: {'status': {'ok': 1}})", outcome="learner_error", score=0.0
    ),
    "an error that is no text": speaks(
        "forge(lambda content: {'status': 'error', 'ename': {'a': [1]}, 'evalue': 7, 'traceback': {'x': None}})",
        outcome="learner_error",
        score=0.0,
    ),
    "an output without its text": speaks("say('stream', {'name': 'stdout'})", outcome="learner_error", score=0.0),
    "an output that is no text": speaks(
        "say('stream', {'name': 'stdout', 'text': [[1], {}]})", outcome="learner_error", score=0.0
    ),
    "a stream without a name": speaks(
        "say('stream', {'name': {'a': 1}, 'text': 'x'})", outcome="learner_error", score=0.0
    ),
    "a display of nothing": speaks("say('display_data', {})", outcome="learner_error", score=0.0),
    "data that is a text": speaks(
        "say('display_data', {'data': 'x', 'metadata': 'y', 'transient': 3})",
        outcome="learner_error",
        score=0.0,
    ),
    "an update of an unknown display": speaks(
        "say('update_display_data', {'data': {'text/plain': 'x'}, 'metadata': {}, 'transient': {'display_id': 'none'}})"
    ),
    "an error output without its parts": speaks("say('error', {'ename': 3})", outcome="learner_error", score=0.0),
    "half a character": speaks("""
        kernel.session.pack = lambda thing: __import__('json').dumps(thing, default=str).encode()
        say('stream', {'name': 'stdout', 'text': 'half \\udc80 and \\ud800'})
        """),
    "half a character, printed": Attack("print('half \\udc80 and \\ud800')", outcome=("completed", "learner_error")),
    "half a character in an error": Attack(
        "class Half(Exception): pass\nraise Half('half \\udc80 and \\ud800')", outcome="learner_error"
    ),
    "a number of ten thousand digits": speaks(
        """
        import sys
        sys.set_int_max_str_digits(0)
        kernel.session.pack = lambda thing: __import__('json').dumps(thing, default=str).encode()
        say('display_data', {'data': {'application/json': 10 ** 10000}, 'metadata': {}})
        """,
        outcome="learner_error",
        score=0.0,
    ),
    "metadata nested a thousand deep": speaks(
        """
        deep = 1
        for _ in range(400): deep = [deep]
        say('display_data', {'data': {'text/plain': 'x'}, 'metadata': {'a': deep}})
        """,
        outcome="learner_error",
        score=0.0,
    ),
    "lists of nothing": speaks(
        """
        say('display_data', {'data': {'application/json': [[]] * 3_000_000}, 'metadata': {}})
        """,
        outcome=("learner_error", "output_too_large"),
        score=0.0,
    ),
    "widgets without end": speaks(
        """
        for n in range(3000):
            data = {'state': {'x': 'y' * 10**6}}
            say('comm_open', {'comm_id': f'{n}', 'target_name': 'jupyter.widget', 'data': data})
        """,
        outcome=("output_too_large", "out_of_memory"),
        score=0.0,
    ),
    "counts that are texts of a megabyte": speaks(
        """
        say('execute_input', {'code': 'x', 'execution_count': 'y' * 10**6})
        """,
        outcome="learner_error",
        score=0.0,
    ),
    "outputs of nobody": speaks(
        """
        for n in range(400):
            kernel.session.send(kernel.iopub_socket, 'stream', {'name': 'stdout', 'text': 'y' * 10**6}, ident=b'x')
        """,
        limits={"memory_mb": 1024},  # of its own: on a busy machine nobody has read any of it yet
    ),
    "one message of endless parts": speaks(
        """
        import os, threading, time
        PART = b'\x03' + (2**20).to_bytes(8, 'big') + bytes(2**20)  # a long frame, more to come
        def pour(handle):
            try:
                while True: os.write(handle, PART)
            except OSError:
                pass
        for handle in range(3, 200):
            try:
                if 'socket' in os.readlink(f'/proc/self/fd/{handle}'):
                    os.set_blocking(handle, True)
                    threading.Thread(target=pour, args=(handle,), daemon=True).start()
            except OSError:
                pass
        time.sleep(60)
        """,
        outcome=("output_too_large", "timed_out", "learner_error", "out_of_memory"),
        score=0.0,
    ),
    "a link where the kernel listened": speaks(
        """
        import os, time
        for n in range(1, 6):
            os.unlink(f'/run/studyhub/k-{n}')
            os.symlink('«socket»', f'/run/studyhub/k-{n}')
        os.closerange(3, 200)
        time.sleep(60)
        """,
        outcome=("timed_out", "learner_error"),
        score=0.0,
        limits={"cell_s": 2.0, "wall_s": 4.0},
    ),
    "NaN in the metadata": speaks("""
        kernel.session.pack = lambda thing: __import__('json').dumps(thing, default=str).encode()
        say('display_data', {'data': {'text/plain': 'x'}, 'metadata': {'a': float('nan')}})
        """),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_earns_what_it_is(carry_out, name):
    carry_out(VALUES[name])


@pytest.mark.parametrize("name", PATCHES)
def test_a_patched_library_spoils_only_ones_own(carry_out, name):
    carry_out(PATCHES[name])


@pytest.mark.parametrize("name", FILES)
def test_only_values_are_read(carry_out, name):
    carry_out(FILES[name])


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """A socket of the machine's own: who comes?"""
    path = str(tmp_path_factory.mktemp("door") / "s")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        listening.settimeout(0)
        yield path, listening


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_are_no_evidence(carry_out, door, name):
    path, listening = door
    before = kit.memory()
    carry_out(MESSAGES[name], socket=path)
    assert kit.settles(lambda: kit.memory() - before < 400 * 2**20)
    with pytest.raises(BlockingIOError):
        listening.accept()
