"""Whatever is uploaded becomes a notebook that may be run, or a refusal that says what to do."""

import json

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.submissions.validation import KEPT_TAGS, Notebook, UploadRefused, read_notebook

BOUNDED = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
sources = st.text(max_size=40) | st.lists(st.text(max_size=10), max_size=3) | anything
cells = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"]) | anything, "source": sources},
    optional={
        "id": st.text(max_size=70) | anything,
        "metadata": st.fixed_dictionaries({}, optional={"tags": anything, "collapsed": anything}) | anything,
        "outputs": anything,
        "execution_count": anything,
        "attachments": anything,
        "level": anything,
    },
)
notebooks = st.fixed_dictionaries(
    {
        "cells": st.lists(cells | anything, max_size=5) | anything,
        "nbformat": st.sampled_from([3, 4, 4, 4, 5]) | anything,
    },
    optional={
        "nbformat_minor": anything,
        "worksheets": anything,
        "metadata": st.fixed_dictionaries(
            {}, optional={"kernelspec": anything, "language_info": anything, "studyhub": anything}
        )
        | anything,
    },
)


def read(data: bytes) -> Notebook | None:
    """The notebook, None for a refusal. Nothing else may come of it."""
    try:
        return read_notebook(data, exercise="doubling", limit_mb=1)
    except UploadRefused:
        return None


def assert_sound(notebook: Notebook) -> None:
    """A notebook that may be run holds nothing but what running needs."""
    text = json.dumps(notebook.content, allow_nan=False)
    node = nbformat.reads(text, as_version=4)
    nbformat.validate(node)
    text.encode("utf-8")
    assert set(notebook.content) == {"nbformat", "nbformat_minor", "metadata", "cells"}
    assert set(notebook.content["metadata"]) == {"kernelspec", "language_info", "studyhub"}
    assert len({cell["id"] for cell in notebook.content["cells"]}) == len(node.cells)
    for cell in notebook.content["cells"]:
        assert "\0" not in cell["source"]
        assert set(cell["metadata"].get("tags", [])) <= set(KEPT_TAGS)
        assert set(cell["metadata"]) <= {"tags"}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


@BOUNDED
@given(notebooks)
def test_any_notebook_is_taken_whole_or_refused(raw):
    notebook = read(json.dumps(raw).encode())
    if notebook is not None:
        assert_sound(notebook)
        # What was taken once is taken again, and is not changed by it.
        again = read(json.dumps(notebook.content).encode())
        assert again is not None
        assert again.content == notebook.content


@BOUNDED
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_taken_whole_or_refused(data):
    assert read(data) is None


@BOUNDED
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=[]), max_size=30), min_size=1, max_size=4))
def test_sources_arrive_as_they_are_but_for_what_no_file_takes(texts):
    cells = [
        {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None} for text in texts
    ]
    notebook = read(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).encode())
    if notebook is None:
        assert not any(text.strip() for text in texts)
        return
    assert_sound(notebook)
    expected = [text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}") for text in texts]
    assert [cell["source"] for cell in notebook.content["cells"]] == expected


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        '"' * 500_000,
        '"\\' * 300_000,
        '{"nbformat": ' + "9" * 500_000 + "}",
        '{"nbformat": 4, "cells": [' + "{}," * 150_000 + "{}]}",
        '{"nbformat": 4, "nbformat": 3, "cells": [], "cells": {}}',
        '{"nbformat": 3, "worksheets": [' + '{"cells": []},' * 10_000 + "{}]}",
        '{"nbformat": 4.0, "cells": []}',
        '{"nbformat": true, "cells": []}',
    ],
    ids=range(10),
)
def test_texts_that_are_hard_to_read_are_refused(text):
    assert read(text.encode()) is None
