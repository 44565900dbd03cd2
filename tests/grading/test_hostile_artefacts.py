"""Artefacts that an enemy wrote: refused with a sentence, quickly, without running, following or unpacking anything."""

import io
import json
import os
import pickle
import struct
import warnings
import zipfile

import numpy as np
import pytest

from apps.grading import ArtefactError, ArtefactLimits, Close, GradingSpec, ProbeCall, grade, read_artefact
from tests.grading.conftest import npy, npz

SMALL = ArtefactLimits(json_bytes=20_000, file_bytes=20_000, unpacked_bytes=100_000, elements=10_000)


def record(value, **more):
    return json.dumps({"probe": "p", "status": "ok", "error": None, "seconds": 0.1, "value": None} | more).replace(
        '"value": null', f'"value": {value}'
    )


JSON = {
    "invalid UTF-8": b'{"probe": "p\xff"}',
    "UTF-16": record("1").encode("utf-16"),
    "empty": b"",
    "truncated": record("[1, 2")[:-3],
    "text after the end": record("1") + "x",
    "key given twice": '{"probe": "p", "probe": "p", "status": "ok"}',
    "key given twice within": record('{"$array": "a0", "$array": "a1"}'),
    "NaN literal": record("NaN"),
    "Infinity literal": record("-Infinity"),
    "infinite float": record("1e999"),
    "huge integer": record("9" * 5000),
    "integer of 65 bits": record(str(2**64)),
    "100 levels": record("[" * 100 + "]" * 100),
    "unclosed levels": "[" * 10_000,
    "levels hidden by quotes": record('["\\"", ' + "[" * 5000 + '"'),
    "quotes without end": '"\\' + '"\\' * 9_000,
    "too many values": record("[" + "0," * 250_000 + "0]"),
    "too large": record('"' + "x" * 30_000 + '"'),
    "lone surrogate": record('"\\ud800"'),
    "lone surrogate as a key": '{"\\udc00": 1}',
    "a list": "[]",
    "another probe": record("1", probe="q"),
    "no status": '{"probe": "p"}',
    "unknown status": record("1", status="perfect"),
    "status is a list": record("1", status=["ok"]),
    "negative seconds": record("1", seconds=-1),
    "seconds are text": record("1", seconds="1"),
    "error is text": record("1", error="no"),
    "error without a name": record("1", error={"message": "x"}),
    "unknown form": record('{"$pickle": "gASV"}'),
    "plain dict": record('{"a": 1}'),
    "two forms": record('{"$float": "nan", "$tuple": []}'),
    "unknown float": record('{"$float": "1"}'),
    "dict with a key twice": record('{"$dict": [["a", 1], ["a", 2]]}'),
    "dict with True and 1": record('{"$dict": [[true, 1], [1, 2]]}'),
    "dict with a list as key": record('{"$dict": [[["a"], 1]]}'),
    "dict with triples": record('{"$dict": [["a", 1, 2]]}'),
    "arrays that are not there": record('{"$array": "a0"}'),
    "array by a path": record('{"$array": "../../a0"}'),
    "array by a number": record('{"$array": 0}'),
    "array named twice": record('[{"$array": "a0"}, {"$array": "a0"}]'),
    "array within a form": record('{"$table": {"$array": "a0"}}'),
    "table of lists": record('{"$table": [["x", [1, 2]]]}'),
    "weights that are not there": record('{"$safetensors": true}'),
    "weights within a list": record('[{"$safetensors": true}]'),
}


@pytest.mark.parametrize("name", JSON)
def test_json(artefacts, name):
    artefacts.json("p", JSON[name])
    with pytest.raises(ArtefactError):
        read_artefact(artefacts.folder, "p", SMALL if name == "too large" else ArtefactLimits())


class Bomb:
    """Unpickling it would write a file."""

    def __reduce__(self):
        return os.mkdir, ("unpickled",)


def saved(**arrays):
    out = io.BytesIO()
    np.savez(out, allow_pickle=True, **arrays)
    return out.getvalue()


def zipped(data, *, name="a0.npy", method=zipfile.ZIP_DEFLATED, copies=1):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name given twice: that is the point
        for _ in range(copies):
            archive.writestr(name, data)
    return out.getvalue()


def lying_about_its_size():
    """A deflated megabyte of zeros whose directory claims 80 bytes."""
    data = bytearray(zipped(npy(shape="(125000,)", body=b"\0" * 10**6)))
    directory = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, directory + 24, 80)
    return bytes(data)


GOOD = npz(a0=npy())
NPZ = {
    "no zip": b"not a zip at all",
    "empty file": b"",
    "truncated": GOOD[:-30],
    "bytes changed": GOOD[:80] + b"\xff" * 20 + GOOD[100:],
    "no members": zipped(b"", name="b0.npy")[-22:],
    "another member": npz(a1=npy()),
    "one more member": npz(a0=npy(), a1=npy()),
    "a member twice": zipped(npy(), copies=2),
    "member outside": zipped(npy(), name="../a0.npy"),
    "absolute member": zipped(npy(), name="/a0.npy"),
    "a thousand members": npz(**{f"a{i}": b"" for i in range(150)}),
    "bzip2": zipped(npy(), method=zipfile.ZIP_BZIP2),
    "zip bomb": zipped(npy(shape="(10000000,)", body=b"\0" * 80_000_000)),
    "lies about its size": lying_about_its_size(),
    "object array": saved(a0=np.array([Bomb()], dtype=object)),
    "pickle as a member": npz(a0=pickle.dumps(Bomb())),
    "structured": saved(a0=np.zeros(3, dtype=[("x", "f8"), ("y", "i4")])),
    "complex": saved(a0=np.zeros(3, dtype=complex)),
    "dates": saved(a0=np.zeros(3, dtype="M8[s]")),
    "bytes": saved(a0=np.array([b"x"])),
    "void": saved(a0=np.zeros(3, dtype="V8")),
    "long double": saved(a0=np.zeros(3, dtype=np.longdouble)),
    "10^12 elements": npz(a0=npy(shape="(1000000000000,)")),
    "10^12 elements, none there": npz(a0=npy(shape="(1000000000000, 0)", body=b"")),
    "sides that overflow": npz(a0=npy(shape="(4294967296, 4294967296)")),
    "negative side": npz(a0=npy(shape="(-3,)")),
    "side that is a truth value": npz(a0=npy(shape="(True,)", body=b"\0" * 8)),
    "side that is a float": npz(a0=npy(shape="(3.0,)")),
    "shape that is no tuple": npz(a0=npy(shape="3")),
    "7 dimensions": npz(a0=npy(shape="(1, 1, 1, 1, 1, 1, 3)")),
    "too few bytes": npz(a0=npy(body=b"\0" * 23)),
    "too many bytes": npz(a0=npy(body=b"\0" * 25)),
    "long header": npz(a0=npy(shape="(3," + " " * 30_000 + ")")),
    "nested header": npz(a0=npy(shape="(" * 2000 + ")" * 2000)),
    "code in the header": npz(a0=npy(shape="__import__('os').mkdir('unpickled')")),
    "unknown dtype": npz(a0=npy(descr="'<q99'")),
    "dtype of a subarray": npz(a0=npy(descr="('<f8', (1000000,))")),
    "huge text": npz(a0=npy(descr="'<U1000000'")),
    "version 3": npz(a0=npy(version=b"\x03\x00")),
    "version 9": npz(a0=npy(version=b"\x09\x00")),
    "no magic": npz(a0=b"\x93NUMPX" + npy()[6:]),
    "empty member": npz(a0=b""),
    "truth value 2": npz(a0=npy(descr="'|b1'", body=b"\0\1\2")),
    "text beyond Unicode": npz(a0=npy(shape="(1,)", descr="'<U1'", body=struct.pack("<I", 0x110000))),
    "surrogate, byte-swapped": npz(a0=npy(shape="(1,)", descr="'>U1'", body=struct.pack(">I", 0xD800))),
}


@pytest.mark.parametrize("name", NPZ)
def test_npz(artefacts, name, monkeypatch):
    monkeypatch.chdir(artefacts.folder)
    artefacts.tree("p", {"$array": "a0"})
    (artefacts.folder / "p.npz").write_bytes(NPZ[name])
    with pytest.raises(ArtefactError):
        read_artefact(artefacts.folder, "p")
    assert not (artefacts.folder / "unpickled").exists()


def test_the_good_npz_of_these_tests_is_read(artefacts):
    artefacts.tree("p", {"$array": "a0"})
    (artefacts.folder / "p.npz").write_bytes(GOOD)
    assert read_artefact(artefacts.folder, "p").value.shape == (3,)


def test_a_declared_size_is_checked_before_memory_is_taken(artefacts):
    artefacts.tree("p", {"$array": "a0"})
    (artefacts.folder / "p.npz").write_bytes(NPZ["10^12 elements"])
    with pytest.raises(ArtefactError, match="more elements than the 10000 that are allowed"):
        read_artefact(artefacts.folder, "p", SMALL)


def test_elements_are_counted_over_all_arrays(artefacts):
    artefacts.tree("p", [{"$array": "a0"}, {"$array": "a1"}], a0=np.zeros(1200, "u1"), a1=np.zeros(1200, "u1"))
    assert len(read_artefact(artefacts.folder, "p", SMALL).value) == 2
    with pytest.raises(ArtefactError, match="more elements"):
        read_artefact(artefacts.folder, "p", ArtefactLimits(elements=2000))


def test_columns_of_a_table_have_one_length(artefacts):
    artefacts.tree("p", {"$table": [["x", {"$array": "a0"}], ["y", {"$array": "a1"}]]}, a0=np.ones(2), a1=np.ones(3))
    with pytest.raises(ArtefactError, match="one length"):
        read_artefact(artefacts.folder, "p")


def weights_file(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def tensor(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


WEIGHTS = {
    "empty file": b"",
    "short": b"\x02\0\0",
    "header longer than the file": (2**40).to_bytes(8, "little") + b"{}",
    "header beyond the cap": weights_file(b"{" + b" " * 300_000 + b"}"),
    "no JSON": weights_file(b"{'w'}"),
    "a list": weights_file([]),
    "name given twice": weights_file(b'{"w": {}, "w": {}}'),
    "no entry": weights_file({"w": 3}),
    "unknown dtype": weights_file({"w": tensor(dtype="F8_E4M3")}, b"\0" * 8),
    "one key more": weights_file({"w": tensor() | {"code": 1}}, b"\0" * 8),
    "shape that is no number": weights_file({"w": tensor(shape=[2.0])}, b"\0" * 8),
    "shape that is a truth value": weights_file({"w": tensor(shape=[True, 2])}, b"\0" * 8),
    "negative shape": weights_file({"w": tensor(shape=[-2])}, b"\0" * 8),
    "10^12 elements": weights_file({"w": tensor(shape=[10**12], offsets=[0, 4 * 10**12])}, b"\0" * 8),
    "past the end": weights_file({"w": tensor()}, b"\0" * 4),
    "bytes left over": weights_file({"w": tensor()}, b"\0" * 9),
    "a gap": weights_file({"w": tensor(offsets=[4, 12])}, b"\0" * 12),
    "overlap": weights_file({"v": tensor(), "w": tensor(offsets=[4, 12])}, b"\0" * 12),
    "backwards": weights_file({"w": tensor(offsets=[8, 0])}, b"\0" * 8),
    "negative place": weights_file({"w": tensor(offsets=[-8, 0])}, b"\0" * 8),
    "wrong length": weights_file({"w": tensor(shape=[3])}, b"\0" * 8),
    "7 dimensions": weights_file({"w": tensor(shape=[1] * 6 + [2])}, b"\0" * 8),
    "3000 tensors": weights_file({f"w{i}": tensor(shape=[0], offsets=[0, 0]) for i in range(3000)}),
    "truth value 2": weights_file({"w": tensor(dtype="BOOL", offsets=[0, 2])}, b"\0\2"),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights(artefacts, name):
    artefacts.tensors("p", WEIGHTS[name])
    with pytest.raises(ArtefactError):
        read_artefact(artefacts.folder, "p")


def link(path, target):
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def fifo(path, _):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def folder(path, _):
    path.unlink(missing_ok=True)
    path.mkdir()


def device(path, _):
    link(path, "/dev/zero")


@pytest.mark.parametrize("suffix", ["json", "npz", "safetensors"])
@pytest.mark.parametrize("put", [link, fifo, folder, device])
def test_only_plain_files_are_opened(artefacts, tmp_path, suffix, put):
    secret = tmp_path / "secret"
    if suffix == "safetensors":
        artefacts.tensors("p", weights_file({"w": tensor()}, b"\0" * 8))
    else:
        artefacts.array("p", [1.0])
    path = artefacts.folder / f"p.{suffix}"
    secret.write_bytes(path.read_bytes())
    assert read_artefact(artefacts.folder, "p").status == "ok"
    put(path, secret)
    with pytest.raises(ArtefactError, match=r"ordinary file"):
        read_artefact(artefacts.folder, "p")


def test_the_folder_itself_may_not_be_a_link(artefacts, tmp_path):
    artefacts.tree("p", 1)
    link(tmp_path / "elsewhere", artefacts.folder)
    with pytest.raises(ArtefactError, match="ordinary folder"):
        read_artefact(tmp_path / "elsewhere", "p")


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "artefacts").write_text("no folder")
    with pytest.raises(ArtefactError, match="ordinary folder"):
        read_artefact(tmp_path / "artefacts", "p")


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_large_files_are_not_read(artefacts, suffix):
    artefacts.tree("p", {"$array": "a0"} if suffix == "npz" else {"$safetensors": True})
    with (artefacts.folder / f"p.{suffix}").open("wb") as file:
        file.truncate(10**12)  # a sparse file: no room on the disk, a terabyte to read
    with pytest.raises(ArtefactError, match="larger than"):
        read_artefact(artefacts.folder, "p")


def test_none_of_it_gets_out_of_grade(artefacts):
    """Each hostile file costs its own check, with a sentence that can be stored and shown, and no other check."""
    probes, checks = [], []
    for number, data in enumerate([*JSON.values(), *NPZ.values(), *WEIGHTS.values()]):
        probe = f"p{number}"
        probes.append(ProbeCall(id=probe, target="f"))
        checks.append(Close(id=probe, title="t", points=1, probe=probe, reference=lambda inputs: 1.0))
        if number < len(JSON):
            text = data.encode() if isinstance(data, str) else data
            artefacts.json(probe, text.replace(b'"p"', f'"{probe}"'.encode()))
        elif number < len(JSON) + len(NPZ):
            artefacts.tree(probe, {"$array": "a0"})
            (artefacts.folder / f"{probe}.npz").write_bytes(data)
        else:
            artefacts.tensors(probe, data)
    probes.append(ProbeCall(id="good", target="g"))
    checks.append(Close(id="good", title="t", points=1, probe="good", reference=lambda inputs: 1.0))
    artefacts.tree("good", 1.0)
    report = grade(GradingSpec(probes=tuple(probes), checks=tuple(checks)), seed=0, artefacts=artefacts.folder)
    assert [check.id for check in report.checks if check.points] == ["good"]
    assert report.score == 1
    assert all(check.message and check.message.isprintable() for check in report.checks)
