"""The run store, seen from the platform: an attempt's files are written before the runner is told, and read after.

Imports no Django: the `grade` command and the tests use it without a database. The layout is apps/runner/contract.py's,
the store itself apps/runner/store.py's.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.grading import write_inputs
from apps.runner import contract
from apps.runner.contract import RunRequest, RunResult
from apps.runner.store import EXECUTED, RESULT, Attempt
from apps.runner.store import ResultUnreadable as ResultUnreadable

if TYPE_CHECKING:
    from apps.exercises.package import ExercisePackage
    from apps.grading import Inputs

RESULT_BYTES = 4 * 1024 * 1024
EXECUTED_BYTES = 16 * 1024 * 1024
TEXT_CHARACTERS = 20_000
CELLS = 2_000
ENTRIES = 200


def prepare(
    folder: Path, *, package: ExercisePackage, notebook: dict[str, Any], run_id: str, attempt: int, seed: int
) -> RunRequest:
    """Write all that a runner needs for one attempt into `folder`, and return what it is asked.

    Called again for the same folder it changes nothing: request.json is written last, so where it is, all is.
    The hidden inputs are drawn from `seed`, which stays on this side: who knew it and the exercise's source could
    draw the hidden labels too. The runner is given another one, derived from it.

    Raises OSError where the store can't be written, PackageError where the exercise's grading can't be read.
    """
    asked = folder / contract.REQUEST_FILE
    if asked.is_file():
        return RunRequest.from_json(asked.read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    inputs = package.spec().draw(seed)
    request = request_for(package, inputs, run_id=run_id, attempt=attempt, seed=seed)
    (folder / contract.NOTEBOOK_FILE).write_text(json.dumps(notebook), encoding="utf-8")
    write_inputs(inputs, folder / contract.INPUTS_FILE)
    (folder / contract.DATA_FOLDER).mkdir(exist_ok=True)
    for name, source in package.data_files().items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    unfinished = asked.with_suffix(".part")
    unfinished.write_text(request.to_json(), encoding="utf-8")
    unfinished.replace(asked)
    return request


def request_for(package: ExercisePackage, inputs: Inputs, *, run_id: str, attempt: int, seed: int) -> RunRequest:
    """What a runner is asked about a run of `package` with these inputs, drawn from `seed`."""
    manifest = package.manifest
    return RunRequest(
        run_id=run_id,
        attempt=attempt,
        exercise=package.slug,
        profile=manifest.profile,
        accelerator=manifest.accelerator,
        seed=int.from_bytes(hashlib.sha256(f"kernel {seed}".encode()).digest()[:4], "big"),
        limits=manifest.limits,
        forbid=tuple(manifest.forbid),
        inputs=inputs.for_learner(),
        probes=tuple(package.spec().probes),
    )


def hand_over(
    stored: Attempt, *, package: ExercisePackage, notebook: dict[str, Any], run_id: str, attempt: int, seed: int
) -> None:
    """Bring all that a runner needs for one attempt to the run store; one that is there already stays as it is.

    Raises OSError where the store can't be written, PackageError where the exercise's grading can't be read.
    """
    if stored.has(contract.REQUEST_FILE):
        return
    with stored.filling() as folder:
        prepare(folder, package=package, notebook=notebook, run_id=run_id, attempt=attempt, seed=seed)


def is_claimed(stored: Attempt) -> bool:
    """Whether a runner has taken up the attempt."""
    return stored.has(contract.CLAIM_FILE)


def read_result(stored: Attempt) -> RunResult | None:
    """What the runner wrote for the attempt; None where it has not finished.

    Texts are cut to TEXT_CHARACTERS. Raises ResultUnreadable for anything that is not a whole, sound result, and
    OSError where the store itself fails: that says nothing about the run, and passes.
    """
    data = stored.read(RESULT, RESULT_BYTES)
    if data is None:
        return None
    try:
        result = RunResult.from_json(data)
        _check(result)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise ResultUnreadable(f"result.json: {type(error).__name__}: {error}") from error
    return result


def has_executed(stored: Attempt) -> bool:
    """Whether the attempt left an executed notebook. Raises OSError where the store fails."""
    return stored.has(EXECUTED)


def read_executed(stored: Attempt) -> bytes | None:
    """The executed notebook's bytes, None where there is none. Raises ResultUnreadable where it is too large."""
    return stored.read(EXECUTED, EXECUTED_BYTES)


def _check(result: RunResult) -> None:
    """Dataclasses check no types: this does, and cuts what is only shown. Raises TypeError or ValueError."""
    if not isinstance(result.run_id, str) or type(result.attempt) is not int:
        raise TypeError("run_id must be text and attempt a whole number")
    result.reason = _text(result.reason)
    result.detail = _text(result.detail)
    if len(result.cells) > CELLS:
        raise ValueError(f"{len(result.cells)} cells")
    for cell in result.cells:
        if type(cell.index) is not int or cell.index < 0:
            raise TypeError("a cell's index must be a whole number")
        cell.seconds = _number(cell.seconds)
    used = result.resources
    for name in ("peak_mb", "cpu_s", "output_kb", "gpu_peak_mb"):
        setattr(used, name, _number(getattr(used, name)))
    result.phases_s = {_text(name, 100): _number(value) for name, value in _entries(result.phases_s)}
    result.environment = {_text(name, 100): _text(value, 300) for name, value in _entries(result.environment)}
    result.error = {_text(name, 100): _plain(value) for name, value in _entries(result.error)}


def _entries(mapping: Any) -> list[tuple[Any, Any]]:
    if not isinstance(mapping, dict) or len(mapping) > ENTRIES:
        raise TypeError(f"not a mapping of at most {ENTRIES} entries")
    return list(mapping.items())


def _text(value: Any, limit: int = TEXT_CHARACTERS) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    # A lone surrogate survives JSON, and no database takes it; PostgreSQL refuses NUL too.
    return value[:limit].encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise TypeError("not a finite number of at least 0")
    return float(value)


def _plain(value: Any) -> Any:
    """What an error may carry: a text, a number, a list of texts."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if math.isfinite(value) and abs(value) < 2**53 else str(value)
    if isinstance(value, list):
        return [_text(item) if isinstance(item, str) else str(_plain(item)) for item in value[:ENTRIES]]
    return _text(value)
