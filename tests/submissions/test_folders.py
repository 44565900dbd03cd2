"""The run store is written by machines that run strangers' code: what is read from it is checked."""

import json
import os
from dataclasses import asdict

import pytest

from apps.runner.contract import CellReport, Outcome, RunRequest, RunResult
from apps.runner.store import FolderAttempt
from apps.submissions import folders
from tests.submissions.conftest import Package


def sound() -> dict:
    result = RunResult(run_id="a", attempt=1, outcome=Outcome.COMPLETED, cells=[CellReport(index=0)])
    return asdict(result)


def put(folder, text: str | bytes) -> None:
    (folder / "result").mkdir(exist_ok=True)
    data = text.encode() if isinstance(text, str) else text
    (folder / "result" / "result.json").write_bytes(data)


def test_no_result_yet(tmp_path):
    assert folders.read_result(FolderAttempt(tmp_path / "nowhere")) is None
    assert folders.read_result(FolderAttempt(tmp_path)) is None


def test_a_sound_result(tmp_path):
    put(tmp_path, json.dumps(sound()))
    result = folders.read_result(FolderAttempt(tmp_path))
    assert (result.run_id, result.outcome, result.cells[0].index) == ("a", Outcome.COMPLETED, 0)


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "[]",
        "null",
        "{",
        b"\xff\xfe",
        "[" * 100_000,
        json.dumps({}),
        json.dumps({**sound(), "outcome": "passed"}),
        json.dumps({**sound(), "score": 4}),
        json.dumps({**sound(), "attempt": "1"}),
        json.dumps({**sound(), "attempt": True}),
        json.dumps({**sound(), "run_id": None}),
        json.dumps({**sound(), "reason": ["x"]}),
        json.dumps({**sound(), "cells": [{"index": -1, "status": "completed", "seconds": 0.0}]}),
        json.dumps({**sound(), "cells": [{"index": 0, "status": "won", "seconds": 0.0}]}),
        json.dumps({**sound(), "cells": [{"index": 0, "status": "completed", "seconds": float("nan")}]}),
        json.dumps({**sound(), "cells": [{"index": 0, "status": "completed", "seconds": float("inf")}]}),
        json.dumps({**sound(), "cells": [{"index": n, "status": "pending", "seconds": 0} for n in range(2001)]}),
        json.dumps({**sound(), "resources": {"peak_mb": "much"}}),
        json.dumps({**sound(), "resources": {"peak_mb": -1}}),
        json.dumps({**sound(), "resources": None}),
        json.dumps({**sound(), "environment": {"python": 3}}),
        json.dumps({**sound(), "environment": {str(n): "" for n in range(201)}}),
        json.dumps({**sound(), "phases_s": {"run": float("nan")}}),
        json.dumps({**sound(), "error": {"traceback": {"nested": 1}}}),
        json.dumps(sound()) + " " * folders.RESULT_BYTES,
    ],
)
def test_a_spoilt_result_is_refused(tmp_path, spoilt):
    put(tmp_path, spoilt)
    with pytest.raises(folders.ResultUnreadable):
        folders.read_result(FolderAttempt(tmp_path))


def test_a_link_is_not_followed(tmp_path):
    put(tmp_path, "{}")
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(sound()))
    result = tmp_path / "result" / "result.json"
    result.unlink()
    result.symlink_to(secret)
    with pytest.raises(folders.ResultUnreadable):
        folders.read_result(FolderAttempt(tmp_path))


def test_a_pipe_does_not_block(tmp_path):
    (tmp_path / "result").mkdir()
    os.mkfifo(tmp_path / "result" / "result.json")
    with pytest.raises(folders.ResultUnreadable):
        folders.read_result(FolderAttempt(tmp_path))


def test_long_texts_are_cut_and_half_characters_replaced(tmp_path):
    put(tmp_path, json.dumps({**sound(), "reason": "\ud800\0" + "x" * 100_000}))
    reason = folders.read_result(FolderAttempt(tmp_path)).reason
    assert len(reason) == folders.TEXT_CHARACTERS
    assert reason.encode()
    assert "\0" not in reason


def test_an_executed_notebook_that_is_too_large_is_refused(tmp_path):
    (tmp_path / "result").mkdir()
    with (tmp_path / "result" / "executed.ipynb").open("wb") as file:
        file.truncate(folders.EXECUTED_BYTES + 1)
    with pytest.raises(folders.ResultUnreadable):
        folders.read_executed(FolderAttempt(tmp_path))


def prepare(folder, seed: int = 7) -> RunRequest:
    return folders.prepare(folder, package=Package(), notebook={"cells": []}, run_id="r", attempt=1, seed=seed)


def test_a_folder_is_prepared_once(tmp_path):
    first = prepare(tmp_path / "1")
    names = {path.name for path in (tmp_path / "1").iterdir()}
    assert names == {"request.json", "notebook.ipynb", "inputs.npz", "data"}
    assert prepare(tmp_path / "1", seed=8) == first


def test_a_folder_that_was_left_half_written_is_written_again(tmp_path):
    prepare(tmp_path)
    (tmp_path / "request.json").unlink()
    (tmp_path / "notebook.ipynb").write_text("{")
    prepare(tmp_path)
    assert json.loads((tmp_path / "notebook.ipynb").read_text()) == {"cells": []}


def test_the_seed_of_the_hidden_inputs_stays_on_this_side(tmp_path):
    assert prepare(tmp_path / "a", seed=7).seed != 7
    assert prepare(tmp_path / "b", seed=7).seed == prepare(tmp_path / "a").seed
