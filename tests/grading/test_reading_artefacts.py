"""What the harness writes is read back as it was meant."""

import numpy as np
import pytest
from safetensors.numpy import save

from apps.grading import Table, Tensors, read_artefact


def value_of(artefacts, probe="p"):
    found = read_artefact(artefacts.folder, probe)
    assert found.status == "ok"
    return found.value


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (-2.5, -2.5),
        ("é", "é"),
        ([1, [2.0, "x"]], [1, [2.0, "x"]]),
        ({"$tuple": [1, [2]]}, (1, [2])),
        ({"$dict": [["a", 1], [2, {"$tuple": []}]]}, {"a": 1, 2: ()}),
        ({"$float": "inf"}, float("inf")),
        ({"$float": "-inf"}, float("-inf")),
        (2**64 - 1, 2**64 - 1),
    ],
)
def test_plain_values(artefacts, tree, value):
    artefacts.tree("p", tree)
    assert value_of(artefacts) == value


def test_nan(artefacts):
    artefacts.tree("p", {"$float": "nan"})
    assert np.isnan(value_of(artefacts))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array([1, 2], dtype=">i4"),
        np.array([True, False]),
        np.array(["Zürich", ""]),
        np.array(["", ""]),
        np.array(["a", "bc"], dtype=">U3"),
        np.float16([0.5]),
        np.array(7),
        np.zeros((0, 4)),
        np.zeros((1,) * 6, dtype=np.uint8),
    ],
    ids=str,
)
def test_arrays(artefacts, array):
    artefacts.array("p", array)
    found = value_of(artefacts)
    assert found.shape == array.shape
    assert found.dtype.isnative
    assert found.dtype.kind == array.dtype.kind
    np.testing.assert_array_equal(found, array)


def test_compressed_arrays(artefacts):
    artefacts.tree("p", {"$array": "a0"})
    np.savez_compressed(artefacts.folder / "p.npz", a0=np.ones(1000))
    np.testing.assert_array_equal(value_of(artefacts), np.ones(1000))


def test_arrays_of_version_two(artefacts):
    from tests.grading.conftest import npy, npz

    artefacts.tree("p", {"$array": "a0"})
    (artefacts.folder / "p.npz").write_bytes(npz(a0=npy(version=b"\x02\x00")))
    np.testing.assert_array_equal(value_of(artefacts), np.zeros(3))


def test_several_arrays_in_a_tree(artefacts):
    artefacts.tree("p", {"$tuple": [{"$array": "a0"}, [{"$array": "a1"}]]}, a0=np.ones(2), a1=np.zeros(3))
    first, (second,) = value_of(artefacts)
    assert first.tolist() == [1, 1]
    assert second.tolist() == [0, 0, 0]


def test_tables(artefacts):
    tree = {"$table": [["x", {"$array": "a0"}], ["name", {"$array": "a1"}]]}
    artefacts.tree("p", tree, a0=np.array([1.0, np.nan]), a1=np.array(["u", "v"]))
    table = value_of(artefacts)
    assert isinstance(table, Table)
    assert list(table.columns) == ["x", "name"]
    assert table.columns["name"].tolist() == ["u", "v"]


def test_weights(artefacts):
    weights = {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros(2, np.float16), "n": np.array(3)}
    artefacts.tensors("p", save(weights))
    found = value_of(artefacts)
    assert isinstance(found, Tensors)
    assert set(found.arrays) == set(weights)
    for name, array in weights.items():
        np.testing.assert_array_equal(found.arrays[name], array)


def test_bfloat16_becomes_float32(artefacts):
    import json

    header = json.dumps({"w": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    # The upper halves of the float32 numbers 1.0 and -2.0.
    artefacts.tensors("p", len(header).to_bytes(8, "little") + header + bytes.fromhex("803f00c0"))
    assert value_of(artefacts).arrays["w"].tolist() == [1.0, -2.0]


def test_nothing_there_is_absent(artefacts):
    assert read_artefact(artefacts.folder, "p").status == "absent"
    assert read_artefact(artefacts.folder / "nowhere", "p").status == "absent"


def test_an_exception_of_the_learner_is_cleaned(artefacts):
    artefacts.failed("p", "raised", name="Oh\x00no", message="line\n two \x1b[31m" + "x" * 1000)
    found = read_artefact(artefacts.folder, "p")
    name, message = found.error
    assert name == "Oh no"
    assert message.startswith("line two [31mxxx")
    assert message.isprintable()
    assert len(message) == 300
