"""Attacking the reader: files in the outbox that are no results, or results that are no values."""

import json
import zipfile

import numpy as np
import pytest

from apps.grading import grade
from tests.redteam.kit import SEED, SPEC, Attack, spoils

pytestmark = pytest.mark.sandbox

ATTACKS: dict[str, Attack] = {
    "links to files of the host": spoils("""
        for name in ('secret.json', 'secret.npz', 'secret.safetensors'):
            attempt_unlink(OUT + name)
            os.symlink('/etc/passwd', OUT + name)
        """),
    "links up and out": spoils("""
        attempt_unlink(OUT + 'secret.json')
        os.symlink('../../../../../../etc/hostname', OUT + 'secret.json')
        """),
    "a link to itself": spoils("attempt_unlink(OUT + 'secret.json')\nos.symlink('secret.json', OUT + 'secret.json')"),
    "a pipe that nobody writes": spoils("attempt_unlink(OUT + 'secret.json')\nos.mkfifo(OUT + 'secret.json')"),
    "a socket": spoils("""
        import socket
        attempt_unlink(OUT + 'secret.json')
        socket.socket(socket.AF_UNIX).bind(OUT + 'secret.json')
        """),
    "a folder": spoils("attempt_unlink(OUT + 'secret.json')\nos.makedirs(OUT + 'secret.json/secret.json')"),
    "a file without permissions": spoils("os.chmod(OUT + 'secret.json', 0)\nos.chmod(OUT + 'secret.npz', 0)"),
    "the outbox shut": spoils("os.chmod(OUT, 0)", score=1.0),
    "a sparse file": spoils("""
        with open(OUT + 'secret.json', 'w') as file: file.truncate(12_000_000)
        """),
    "a file that grows while it is read": spoils("""
        import threading
        def grow():
            with open(OUT + 'secret.json', 'a') as file:
                while True: file.write(' ' * 1000); file.flush()
        threading.Thread(target=grow, daemon=True).start()
        """),
    "a hundred thousand files": spoils(
        """
        for n in range(15_000): os.close(os.open(f'{OUT}{n}', os.O_CREAT))
        """,
        outcome=("completed", "disk_full"),
        score=1.0,
    ),
    "names of another alphabet": spoils("""
        for name in (b'\\xff\\xfe', b'a\\nb', b'-rf', b'secret.json\\x01'):
            os.close(os.open(OUT.encode() + name, os.O_CREAT))
        """),
    "JSON nested a hundred thousand deep": spoils("write('secret.json', b'[' * 100_000 + b']' * 100_000)"),
    "JSON of a million values": spoils("write('secret.json', ok(b'[' + b'1,' * 1_000_000 + b'1]'))"),
    "keys given twice": spoils("""write('secret.json', b'{"probe": "secret", "status": "raised", "status": "ok"}')"""),
    "invalid UTF-8": spoils("write('secret.json', ok(b'\"\\xff\\xfe\"'))"),
    "half a character": spoils("write('secret.json', ok(b'\"\\\\ud800\"'))"),
    "NaN and Infinity": spoils("write('secret.json', ok(b'[NaN, Infinity, -Infinity, NaN, NaN]'))"),
    "numbers of a million digits": spoils("write('secret.json', ok(b'[' + b'9' * 1_000_000 + b']'))"),
    "a float of a million digits": spoils("write('secret.json', ok(b'[0.' + b'1' * 1_000_000 + b']'))"),
    "a negative time": spoils("write('secret.json', ok(b'[0,0,0,0,0]').replace(b'0.1', b'-1e308'))"),
    "another probe's name": spoils("write('secret.json', ok(b'[0,0,0,0,0]').replace(b'secret', b'double'))"),
    "an array that is not there": spoils("""write('secret.json', ok(b'{"$array": "a7"}'))"""),
    "an array by a path": spoils("""write('secret.json', ok(b'{"$array": "../../double"}'))"""),
    "one array a thousand times": spoils(
        """write('secret.json', ok(b'[' + b','.join([b'{"$array": "a0"}'] * 1000) + b']'))"""
    ),
    "a zip bomb": spoils(
        """
        import zipfile
        with zipfile.ZipFile(OUT + 'secret.npz', 'w', zipfile.ZIP_DEFLATED) as archive:
            archive.writestr('a0.npy', bytes(300_000_000))
        """,
        outcome=("completed", "out_of_memory"),
        score=1.0,
    ),
    "a zip that lies about sizes": spoils("""
        import io, zipfile
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, 'w', zipfile.ZIP_DEFLATED) as archive:
            archive.writestr('a0.npy', bytes(50_000_000))
        write('secret.npz', packed.getvalue().replace((50_000_000).to_bytes(4, 'little'), (100).to_bytes(4, 'little')))
        """),
    "a thousand members": spoils("""
        import zipfile
        with zipfile.ZipFile(OUT + 'secret.npz', 'w') as archive:
            for n in range(5000): archive.writestr(f'a{n}.npy', b'')
        """),
    "an array of 10^12 elements": spoils("""
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
        member('a0.npy', b'\\x93NUMPY\\x01\\x00' + (len(header) + 1).to_bytes(2, 'little') + header + b'\\n')
        """),
    "a header that is a program": spoils("""
        header = b"__import__('os').system('id') or {'descr': '<f8', 'fortran_order': False, 'shape': (5,)}\\n"
        member('a0.npy', b'\\x93NUMPY\\x01\\x00' + len(header).to_bytes(2, 'little') + header + bytes(40))
        """),
    "pickled objects": spoils("""
        import io, pickle
        class Evil:
            def __reduce__(self): return (os.system, ('touch /tmp/unpickled',))
        packed = io.BytesIO()
        np.save(packed, np.array([Evil()] * 5, dtype=object), allow_pickle=True)
        member('a0.npy', packed.getvalue())
        """),
    "tensors that overlap": spoils("""
        import json
        header = json.dumps({'w': {'dtype': 'F64', 'shape': [5], 'data_offsets': [0, 40]},
                             'v': {'dtype': 'F64', 'shape': [10**9], 'data_offsets': [0, 8 * 10**9]}}).encode()
        write('secret.safetensors', len(header).to_bytes(8, 'little') + header + bytes(40))
        write('secret.json', ok(b'{"$safetensors": true}'))
        """),
    "tensors with an endless header": spoils("""
        write('secret.safetensors', (2**63).to_bytes(8, 'little') + b'{' * 1000)
        write('secret.json', ok(b'{"$safetensors": true}'))
        """),
}

HANDS = r"""
def attempt_unlink(name):
    import os
    if os.path.lexists(name):
        os.unlink(name)

def write(name, content):
    with open("/run/studyhub/out/" + name, "wb") as file:
        file.write(content)

def ok(value):
    return b'{"probe": "secret", "status": "ok", "error": null, "seconds": 0.1, "value": ' + value + b"}"

def member(name, content):
    import zipfile
    with zipfile.ZipFile("/run/studyhub/out/secret.npz", "w") as archive:
        archive.writestr(name, content)
"""


@pytest.mark.parametrize("name", ATTACKS)
def test_only_what_is_sound_is_read(carry_out, name):
    attack = ATTACKS[name]
    limits = {"memory_mb": 640, "disk_mb": 64, **attack.limits}
    carry_out(Attack(HANDS + attack.code, outcome=attack.outcome, score=attack.score, limits=limits))


def test_a_device_in_the_store_is_not_read(tmp_path):
    """Whoever wrote it: a grader that is pointed at what is no file says so, at once."""
    for kind, target in (("zero", "/dev/zero"), ("terminal", "/dev/tty"), ("memory", "/proc/self/mem")):
        folder = tmp_path / kind
        folder.mkdir()
        for ending in ("json", "npz"):
            (folder / f"secret.{ending}").symlink_to(target)
        assert grade(SPEC, seed=SEED, artefacts=folder).score == 0
    (tmp_path / "link").symlink_to(tmp_path / "zero")
    assert grade(SPEC, seed=SEED, artefacts=tmp_path / "link").score == 0


def test_a_right_answer_would_be_read(tmp_path):
    """The suite's exercise can be passed by whoever knows the weights: its zeros are no accident."""
    inputs = SPEC.draw(SEED)
    for probe, array in (("double", 2 * inputs["X"]), ("secret", inputs["y"])):
        with zipfile.ZipFile(tmp_path / f"{probe}.npz", "w") as archive, archive.open("a0.npy", "w") as file:
            np.lib.format.write_array(file, array)
        record = {"probe": probe, "status": "ok", "error": None, "seconds": 0.1, "value": {"$array": "a0"}}
        (tmp_path / f"{probe}.json").write_text(json.dumps(record))
    assert grade(SPEC, seed=SEED, artefacts=tmp_path).score == 10
