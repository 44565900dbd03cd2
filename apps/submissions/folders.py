"""The run store, seen from the platform: a run's folder is written before the runner is told, and read after.

Imports no Django: the `grade` command and the tests use it without a database. The layout is apps/runner/contract.py's.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.grading import write_inputs
from apps.runner import contract
from apps.runner.contract import RunRequest, RunResult

if TYPE_CHECKING:
    from apps.exercises.package import ExercisePackage
    from apps.grading import Inputs

RESULT_BYTES = 4 * 1024 * 1024
EXECUTED_BYTES = 16 * 1024 * 1024
TEXT_CHARACTERS = 20_000
CELLS = 2_000
ENTRIES = 200


class ResultUnreadable(ValueError):
    """A result that no sound runner writes: the platform's fault, whoever wrote it."""


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


def cancel(folder: Path) -> None:
    """Tell whoever runs in `folder`, or is about to, to stop. Creates the folder where it is gone already."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / contract.CANCEL_FILE).touch()


def is_claimed(folder: Path) -> bool:
    """Whether a runner has taken up the attempt in `folder`."""
    return (folder / contract.CLAIM_FILE).exists()


def read_capped(path: Path, limit: int) -> bytes | None:
    """The bytes of a plain file, None where there is none. Raises ResultUnreadable for anything else.

    Raises OSError where the store itself fails: that says nothing about the run, and passes.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENXIO}:
            raise
        raise ResultUnreadable(f"{path.name} is no plain file.") from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ResultUnreadable(f"{path.name} is not a plain file.")
        if status.st_size > limit:
            raise ResultUnreadable(f"{path.name} has {status.st_size} bytes, more than {limit}.")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ResultUnreadable(f"{path.name} grew beyond {limit} bytes while it was read.")
    return data


def read_result(folder: Path) -> RunResult | None:
    """What the runner wrote for the attempt in `folder`; None where it has not finished.

    Texts are cut to TEXT_CHARACTERS. Raises ResultUnreadable for anything that is not a whole, sound result.
    """
    data = read_capped(folder / contract.RESULT_FOLDER / contract.RESULT_FILE, RESULT_BYTES)
    if data is None:
        return None
    try:
        result = RunResult.from_json(data)
        _check(result)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise ResultUnreadable(f"result.json: {type(error).__name__}: {error}") from error
    return result


def read_executed(folder: Path) -> bytes | None:
    """The executed notebook's bytes, None where there is none. Raises ResultUnreadable as `read_capped` does."""
    return read_capped(executed_path(folder), EXECUTED_BYTES)


def executed_path(folder: Path) -> Path:
    """Where the executed notebook of the attempt in `folder` lies, if there is one."""
    return folder / contract.RESULT_FOLDER / contract.EXECUTED_FILE


def artefacts(folder: Path) -> Path:
    """Where the probes' answers of the attempt in `folder` lie, if there are any."""
    return folder / contract.RESULT_FOLDER / contract.ARTEFACT_FOLDER


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
