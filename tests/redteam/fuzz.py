"""Broken artefacts without end, for the grader's readers: nothing but an ArtefactError may come of one.

    python -m tests.redteam.fuzz --seconds 60 [--seed 1]

Sound artefacts are written and then damaged: bytes flipped, cut, doubled, moved, replaced by what breaks parsers. Ends
after the seconds given, or with the first artefact that a reader stumbled over, kept beside the message.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from apps.grading import ArtefactError, read_artefact

PIECES = (
    *(b"", b"\0", b"\xff", b"\xed\xa0\x80", b"[", b"{", b'"', b"NaN", b"-", b"1e999", b"9" * 30, b"\xff" * 8),
    *(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x93NUMPY", b"'descr': '|O'", b"(1000000000000,)"),
    *(b'{"$array": "a0"}', b"$safetensors"),
)
SLOW_S = 5.0
TREES = (
    [1, 2.5, "text", None, True],
    {"$array": "a0"},
    {"$tuple": [{"$array": "a0"}, {"$array": "a1"}]},
    {"$dict": [["x", 1], [2, {"$float": "nan"}]]},
    {"$table": [["x", {"$array": "a1"}], ["y", {"$array": "a2"}]]},
    {"$safetensors": True},
)


def sound(folder: Path, chance: random.Random) -> None:
    """Write a sound artefact of the probe `p`."""
    record = {"probe": "p", "status": "ok", "error": None, "seconds": 0.1, "value": chance.choice(TREES)}
    (folder / "p.json").write_text(json.dumps(record))
    arrays = {"a0": np.arange(6.0).reshape(2, 3), "a1": np.arange(4), "a2": np.array(["a", "b", "c", "dé"])}
    named = {name: array for name, array in arrays.items() if name in json.dumps(record)}
    np.savez(folder / "p.npz", allow_pickle=False, **named)
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    (folder / "p.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(16))


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes with one to four damages."""
    for _ in range(chance.randint(1, 4)):
        begin = chance.randrange(len(content) + 1)
        end = min(len(content), begin + chance.choice((0, 1, 1, 2, 8, 40)))
        piece = chance.choice(PIECES) if chance.random() < 0.5 else chance.randbytes(end - begin)
        content = content[:begin] + piece * chance.choice((1, 1, 1, 2, 50)) + content[end:]
        if chance.random() < 0.1:
            content = content[: chance.randrange(len(content) + 1)]
    return content


def fuzz(seed: int, folder: Path, *, seconds: float = math.inf, most: float = math.inf) -> tuple[int, int]:
    """Read damaged artefacts for so many seconds, or so many. Returns how many were read and how many of them refused.

    Raises whatever a reader raised that is no ArtefactError, and TimeoutError for one that computed for SLOW_S.
    """
    chance = random.Random(seed)
    count = refused = 0
    until = time.monotonic() + seconds
    while count < most and time.monotonic() < until:
        sound(folder, chance)
        path = folder / chance.choice(("p.json", "p.npz", "p.safetensors"))
        path.write_bytes(damaged(path.read_bytes(), chance))
        count += 1
        started = time.thread_time()
        try:
            read_artefact(folder, "p")
        except ArtefactError:
            refused += 1
        if time.thread_time() - started > SLOW_S:
            raise TimeoutError(f"{path} took longer than {SLOW_S:g} s")
    return count, refused


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m tests.redteam.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="studyhub-fuzz-"))
    print(f"seed {options.seed}, artefacts in {folder}")  # noqa: T201 - it is a program
    count, refused = fuzz(options.seed, folder, seconds=options.seconds)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    print(f"{count} artefacts, {refused} of them refused, no surprise")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
