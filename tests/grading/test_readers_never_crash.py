"""Whatever bytes lie there, readers give a value or an ArtefactError; nothing else comes out of them."""

import io
import json
import math
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import save

from apps.grading import (
    ACCURACY,
    ArtefactError,
    Close,
    Falling,
    GradingSpec,
    Parameters,
    ProbeCall,
    Relative,
    curves,
    grade,
    pictures,
    read_artefact,
    values,
)
from apps.grading.npz import read_arrays
from apps.grading.strict_json import parse
from apps.grading.tensors import read_tensors

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
FORMS = st.sampled_from(["$float", "$tuple", "$dict", "$array", "$table", "$safetensors", "$other", "x"])
TREES = st.recursive(
    PLAIN | st.just({"$array": "a0"}) | st.just({"$float": "nan"}),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FORMS, inner, min_size=1, max_size=2),
    max_leaves=12,
)
PLAIN_ARRAYS = arrays.arrays(
    dtype=st.sampled_from(["?", "i1", "<i4", ">i8", "u2", "f2", "<f4", ">f8", "<U3", ">U2"]),
    shape=arrays.array_shapes(min_dims=0, max_dims=6, min_side=0, max_side=3),
)


def changed(data, edits):
    """The bytes with some of them overwritten."""
    out = bytearray(data)
    for place, byte in edits:
        out[place % len(out)] = byte
    return bytes(out)


EDITS = st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 255)), max_size=6)


def only_artefact_errors(read, *args, **kwargs):
    try:
        return read(*args, **kwargs)
    except ArtefactError:
        return None


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_as_json(data):
    only_artefact_errors(parse, data, what="It")


@given(PLAIN)
def test_any_json_is_read_as_the_standard_library_does_or_refused(value):
    data = json.dumps(value).encode()
    found = only_artefact_errors(parse, data, what="It")
    if found is not None:
        assert found == json.loads(data)


@given(st.binary(max_size=400))
def test_any_bytes_as_npz(data):
    only_artefact_errors(read_arrays, data, {"a0"}, max_bytes=10**6, max_elements=10**4)


@given(PLAIN_ARRAYS, EDITS, st.booleans())
def test_damaged_npz(array, edits, compressed):
    out = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(out, a0=array)
    found = only_artefact_errors(
        read_arrays, changed(out.getvalue(), edits), {"a0"}, max_bytes=10**6, max_elements=10**4
    )
    if found is not None:
        assert found["a0"].dtype.kind in "biufU"
        assert found["a0"].tolist() is not None or found["a0"].ndim == 0


@given(PLAIN_ARRAYS)
def test_sound_npz(array):
    out = io.BytesIO()
    np.savez(out, a0=array)
    found = read_arrays(out.getvalue(), {"a0"}, max_bytes=10**6, max_elements=10**4)["a0"]
    assert found.shape == array.shape
    np.testing.assert_array_equal(found, array)


@given(st.binary(max_size=200))
def test_any_bytes_as_weights(data):
    only_artefact_errors(read_tensors, data, max_elements=10**4)


@given(arrays.arrays(np.float32, arrays.array_shapes(max_dims=3, max_side=3)), EDITS)
def test_damaged_weights(array, edits):
    only_artefact_errors(read_tensors, changed(save({"w": array, "v": array}), edits), max_elements=10**4)


@settings(max_examples=60)
@given(TREES, PLAIN_ARRAYS)
def test_any_tree_is_graded(tree, array):
    """Whatever comes back, no check crashes, and the report can be stored."""
    checks = (
        Close(id="number", title="t", points=1, probe="p", reference=lambda inputs: 1.0),
        Close(id="pair", title="t", points=1, probe="p", reference=lambda inputs: (1.0, "x"), returns=("a", "b")),
        Close(id="text", title="t", points=1, probe="p", reference=lambda inputs: np.array(["x", "y"])),
        Close(id="part", title="t", points=1, probe="p", item="x", reference=lambda inputs: np.ones(3)),
        Close(
            id="parts", title="t", points=1, probe="p", parts=(0, "x"), returns=("a", "b"), reference=lambda i: (1, 2)
        ),
        Close(
            id="line",
            title="t",
            points=1,
            probe="p",
            reveal=True,
            plot=curves.lines("x", "y"),
            reference=lambda inputs: np.arange(4.0),
        ),
        Close(
            id="picture",
            title="t",
            points=1,
            probe="p",
            reveal=True,
            plot=pictures.beside(),
            reference=lambda inputs: np.eye(3),
        ),
        Relative(
            id="labels",
            title="t",
            points=1,
            probe="p",
            metric=ACCURACY,
            baseline=0,
            reference=1,
            truth=lambda inputs: np.array(["x", "y"]),
        ),
        Falling(id="falling", title="t", points=1, probe="p"),
        Parameters(id="weights", title="t", points=1, probe="p", at_most=5),
    )
    spec = GradingSpec(probes=(ProbeCall(id="p", target="f"),), checks=checks)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = {"probe": "p", "status": "ok", "error": None, "seconds": 0, "value": tree}
        (folder / "p.json").write_text(json.dumps(record))
        np.savez(folder / "p.npz", a0=array)
        only_artefact_errors(read_artefact, folder, "p")
        report = grade(spec, seed=1, artefacts=folder)
        assert report == grade(spec, seed=1, artefacts=folder)
    assert 0 <= report.score <= report.max_score
    for check in report.checks:
        assert check.passed == (check.points == check.max_points)
        assert check.message
        (check.message + check.plot_svg + check.plot_alt).encode("utf-8")
        json.dumps(check.compared, allow_nan=False)
        json.dumps(asdict(check.lesson), allow_nan=False).encode("utf-8")


@given(TREES)
def test_any_value_as_an_array_or_a_number(tree):
    found = only_artefact_errors(values.array, tree, finite=False)
    assert found is None or found.dtype == np.float64
    number = only_artefact_errors(values.number, tree)
    assert number is None or math.isfinite(number)
