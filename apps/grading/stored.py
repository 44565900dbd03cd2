"""Read what a package keeps beside its grading.py: measured figures and weights. For the package's own files only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from apps.grading.errors import ArtefactError, SpecError
from apps.grading.tensors import read_tensors


def figures(grading_file: str) -> dict[str, Any]:
    """reference/figures.json beside `grading_file` (its `__file__`). Raises SpecError where it can't be read."""
    path = Path(grading_file).parent / "reference" / "figures.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SpecError(f"{path} can't be read; run build_references") from error
    if not isinstance(found, dict):
        raise SpecError(f"{path} is no mapping; run build_references")
    return found


def weights(grading_file: str, name: str) -> dict[str, np.ndarray]:
    """The arrays of reference/<name>.safetensors beside `grading_file`. Raises SpecError where they can't be read."""
    path = Path(grading_file).parent / "reference" / f"{name}.safetensors"
    try:
        return read_tensors(path.read_bytes(), max_elements=50_000_000)
    except (OSError, ArtefactError) as error:
        raise SpecError(f"{path} can't be read; run build_references") from error
