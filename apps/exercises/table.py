"""The table of all exercises in notebooks/README.md: made from the packages and from what was measured. No Django."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apps.exercises.package import ExercisePackage
from apps.exercises.references import FIGURES_FILE

README = "README.md"
# Written by `manage.py measure_exercises`: {"machine": …, "date": …, "exercises": {slug: {"seconds", "peak_mb"}}}.
MEASURED = "measured.json"
HEAD = """\
# Exercises

Made by `manage.py exercise_table` from the packages in this folder; `make check` fails where it is out of date.

Reference and baseline are what `manage.py build_references` measured on many draws of hidden inputs (mean of the
metric); *exact* is a reference that grading computes anew for each run. Seconds are those of the reference solution in
its cells and in the calls of its functions, as `manage.py measure_exercises` found them: {where}.

| exercise | track | concepts | profile | reference | baseline | seconds | mutants |
|---|---|---|---|---|---|---|---|
"""


def exercise_table(packages: Sequence[ExercisePackage], curriculum: Path) -> str:
    """The whole text of README.md. Raises OSError or ValueError where a file of figures can't be read."""
    measured = read_measured(curriculum)
    where = f"{measured['machine']}, {measured['date']}" if measured["exercises"] else "not measured yet"
    rows = [_row(package, measured["exercises"].get(package.slug, {})) for package in packages]
    total = sum(len(package.mutants) for package in packages)
    return HEAD.format(where=where) + "\n".join(rows) + f"\n\n{len(packages)} exercises, {total} mutants.\n"


def read_measured(curriculum: Path) -> dict[str, Any]:
    """What was measured last; nothing where nothing was."""
    path = curriculum / MEASURED
    if not path.exists():
        return {"machine": "", "date": "", "exercises": {}}
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def _row(package: ExercisePackage, measured: dict[str, Any]) -> str:
    reference, baseline = _figures(package)
    seconds = f"{measured['seconds']:.1f}" if measured else "–"
    link = f"[{package.manifest.title}]({package.track}/{package.slug}/notes.md)"
    concepts = ", ".join(package.manifest.concepts)
    cells = (
        link,
        package.track,
        concepts,
        package.manifest.profile,
        reference,
        baseline,
        seconds,
        len(package.mutants),
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _figures(package: ExercisePackage) -> tuple[str, str]:
    """Reference and baseline in words; the metric stands with the reference."""
    path = package.folder / FIGURES_FILE
    found: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    reference, baseline = _mean(found.get("reference")), _mean(found.get("baseline"))
    if reference is None:
        return "exact", "–"
    metric = f" {found['metric']}" if found.get("metric") else ""
    return f"{reference:.3g}{metric}", "–" if baseline is None else f"{baseline:.3g}"


def _mean(value: Any) -> float | None:
    if isinstance(value, dict):
        value = value.get("mean")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
