"""What may be handed in, and what each other file is refused with."""

import json
import string

import pytest

from apps.submissions.messages import UPLOAD
from apps.submissions.validation import CELLS, UploadRefused, read_notebook
from tests.submissions.conftest import notebook_bytes


def code(source: object = "x = 1", **more: object) -> dict:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None, **more}


def nb(*cells: object, metadata: object = None, **more: object) -> bytes:
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or {}, "cells": list(cells) or [code()], **more}
    return json.dumps(content).encode()


def read(data: bytes, limit_mb: int = 10) -> dict:
    return read_notebook(data, exercise="doubling", limit_mb=limit_mb).content


def picture(size: int) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": "", "attachments": {"a.png": {"image/png": "A" * size}}}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"x" * (1024 * 1024 + 1), "too-large"),
        (b"\xff\xfe\x00", "not-utf8"),
        ('{"a": "é"}'.encode("latin-1"), "not-utf8"),
        (b"PK\x03\x04\xff", "zip"),
        (b"import numpy as np\n", "not-json"),
        (b"<!doctype html>", "not-json"),
        (b'{"nbformat": NaN}', "not-json"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "not-json"),
        (nb()[:-10], "not-json"),
        (b"[" * 100_000, "too-deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too-deep"),
        (nb(metadata={"deep": json.loads("[" * 70 + "]" * 70)}), "too-deep"),
        (b"[]", "not-notebook"),
        (b'"text"', "not-notebook"),
        (b"{}", "not-notebook"),
        (b'{"nbformat": true, "cells": []}', "not-notebook"),
        (b'{"nbformat": 4}', "not-notebook"),
        (b'{"nbformat": 4, "cells": {}}', "not-notebook"),
        (b'{"nbformat": 2, "worksheets": []}', "old-format"),
        (b'{"nbformat": 3, "worksheets": 7}', "old-format"),
        (b'{"nbformat": 5, "cells": []}', "future-format"),
        (nb("cell"), "not-notebook"),
        (nb({"cell_type": "heading"}), "not-notebook"),
        (nb(code(None)), "not-notebook"),
        (nb(code(["x", 1])), "not-notebook"),
        (nb({"cell_type": "markdown", "metadata": {}, "source": "Words"}), "no-code"),
        (nb(code("  \n")), "no-code"),
        (json.dumps({"nbformat": 4, "cells": []}).encode(), "no-code"),
        (nb(*[code()] * (CELLS + 1)), "too-many-cells"),
        (nb(picture(2 * 1024 * 1024), code()), "too-much-attached"),
        (nb(metadata={"language_info": {"name": "julia"}}), "other-language"),
        (nb(metadata={"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}), "other-language"),
        (nb(metadata={"kernelspec": {"name": "julia-1.9", "display_name": "Julia"}}), "other-language"),
        (nb(metadata={"studyhub": {"exercise": "tripling"}}), "other-exercise"),
    ],
)
def test_a_file_that_can_not_be_run_is_refused(data, message):
    limit_mb = 1 if message == "too-large" else 10
    with pytest.raises(UploadRefused) as refusal:
        read(data, limit_mb)
    assert refusal.value.id == message


def test_too_much_source_is_refused():
    with pytest.raises(UploadRefused) as refusal:
        read(nb(code("#" * (1024 * 1024 + 1))))
    assert refusal.value.id == "too-much-source"


def test_the_limit_is_named():
    with pytest.raises(UploadRefused, match=r"2\.0 MB; the limit is 1 MB"):
        read(b"x" * 2 * 1024 * 1024, limit_mb=1)


def test_the_other_exercise_is_named():
    with pytest.raises(UploadRefused, match=r"tripling.*doubling"):
        read(nb(metadata={"studyhub": {"exercise": "tripling"}}))


@pytest.mark.parametrize("message", UPLOAD)
def test_each_message_says_what_to_do(message):
    names = {name for _, name, _, _ in string.Formatter().parse(UPLOAD[message]) if name}
    text = UPLOAD[message].format(**dict.fromkeys(names, "1"))
    assert text.endswith((".", "anyway."))
    assert "{" not in text


@pytest.mark.parametrize(
    "data",
    [
        notebook_bytes(),
        nb(metadata={"studyhub": {"exercise": "doubling", "version": "f" * 64}}),
        nb(metadata={"studyhub": "not a mapping", "kernelspec": 3, "language_info": None}),
        nb(metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "x"}}),
        nb(metadata={"language_info": {"name": "Python"}}),
        nb(code(["a = 1\n", "b = 2"])),
        b"\xef\xbb\xbf" + nb(),
        nb(nbformat_minor=9),
        json.dumps({"nbformat": 4, "nbformat_minor": 0, "cells": [code()]}).encode(),
        nb(code("s = '" + "[" * 1000 + "'")),
    ],
)
def test_a_notebook_as_people_have_them_is_taken(data):
    assert any(cell["cell_type"] == "code" for cell in read(data)["cells"])


def test_format_3_is_brought_up_to_date():
    cell = {"cell_type": "code", "language": "python", "input": "a = 1", "outputs": [], "metadata": {}}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": [{"cells": [cell]}]}
    content = read(json.dumps(old).encode())
    assert (content["nbformat"], content["cells"][0]["source"]) == (4, "a = 1")


def test_outputs_counts_widgets_and_unknown_metadata_are_dropped():
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 1000}
    metadata = {"widgets": {"state": "y" * 1000}, "colab": {"name": "secret.ipynb"}}
    cell = code(outputs=[output], execution_count=7, metadata={"tags": ["parameters", "public-check"], "colab": {}})
    content = read(nb(cell, metadata=metadata))
    assert set(content["metadata"]) == {"kernelspec", "language_info", "studyhub"}
    (kept,) = content["cells"]
    assert (kept["outputs"], kept["execution_count"], kept["metadata"]) == ([], None, {"tags": ["public-check"]})


def test_ids_are_made_unique():
    ids = [cell["id"] for cell in read(nb(code(id="a"), code(id="a"), code(id="?!"), code()))["cells"]]
    assert len(set(ids)) == 4
    assert ids[0] == "a"


def test_half_a_character_is_replaced():
    content = read(nb(code("x = '\ud800\0'")))
    assert content["cells"][0]["source"].encode()
    assert "\0" not in content["cells"][0]["source"]


def test_the_version_of_the_starter_is_kept():
    digest = "a" * 64
    data = nb(metadata={"studyhub": {"exercise": "doubling", "version": digest}})
    assert read_notebook(data, exercise="doubling", limit_mb=1).version == digest
    data = nb(metadata={"studyhub": {"exercise": "doubling", "version": "../../x"}})
    assert read_notebook(data, exercise="doubling", limit_mb=1).version == ""
