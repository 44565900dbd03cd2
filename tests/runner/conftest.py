"""Runs small notebooks through the real runner, in the real sandbox."""

import json
from dataclasses import dataclass
from pathlib import Path

import nbformat
import numpy as np
import pytest

from apps.runner.contract import (
    ARTEFACT_FOLDER,
    EXECUTED_FILE,
    INPUTS_FILE,
    NOTEBOOK_FILE,
    RESULT_FILE,
    RESULT_FOLDER,
    Limits,
    RunRequest,
    RunResult,
)
from apps.runner.execute import execute

# Time to come to its own end, however slow the machine is; what is to run into a limit says which.
LIMITS = {"wall_s": 60.0, "cell_s": 60.0, "memory_mb": 512}


@dataclass
class Ran:
    """A run that is over."""

    folder: Path
    result: RunResult

    @property
    def statuses(self) -> list[str]:
        return [cell.status for cell in self.result.cells]

    @property
    def notebook(self):
        return nbformat.read(self.folder / RESULT_FOLDER / EXECUTED_FILE, as_version=4)

    @property
    def stdout(self) -> str:
        outputs = (output for cell in self.notebook.cells for output in cell.get("outputs", []))
        return "".join(output.text for output in outputs if output.output_type == "stream")

    def artefact(self, probe: str):
        return json.loads((self.folder / RESULT_FOLDER / ARTEFACT_FOLDER / f"{probe}.json").read_bytes())

    def arrays(self, probe: str):
        return np.load(self.folder / RESULT_FOLDER / ARTEFACT_FOLDER / f"{probe}.npz", allow_pickle=False)


@pytest.fixture
def run(tmp_path):
    """Execute code cells; keywords go to RunRequest, `limits` as a dict, `arrays` are the hidden inputs."""

    def go(
        *sources: str, folder=None, on_progress=None, arrays=None, limits=None, tags=None, data=None, **request
    ) -> Ran:
        folder = folder or tmp_path / f"run-{len(list(tmp_path.glob('run-*')))}"
        folder.mkdir(exist_ok=True)
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        for index, names in (tags or {}).items():
            cells[index].metadata["tags"] = names
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / NOTEBOOK_FILE)
        if arrays:
            np.savez(folder / INPUTS_FILE, **arrays)
        for name, text in (data or {}).items():
            (folder / "data").mkdir(exist_ok=True)
            (folder / "data" / name).write_text(text)
        order = {"run_id": "test", "attempt": 1, "exercise": "test", "profile": "numpy", **request}
        result = execute(
            folder, RunRequest(limits=Limits(**{**LIMITS, **(limits or {})}), **order), on_progress=on_progress
        )
        assert RunResult.from_json((folder / RESULT_FOLDER / RESULT_FILE).read_bytes()) == result
        return Ran(folder, result)

    return go
