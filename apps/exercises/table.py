"""The table of all exercises in notebooks/README.md: made from the packages and from what was measured. No Django."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apps.exercises.package import ExercisePackage
from apps.exercises.references import FIGURES_FILE

README = "README.md"
# Written by `manage.py measure_exercises`: {"machine", "date", "exercises": {slug: {"seconds", "peak_mb"} and, where a
# check scores between the two, {"metric", "reference", "baseline"}}}.
MEASURED = "measured.json"
HEAD = """\
# Exercises

Made by `manage.py exercise_table` from the packages in this folder; a test fails where it is out of date.

Reference and baseline are means of the metric over twenty draws of hidden inputs. *Exact* is a reference that grading
computes anew for each run; *measured* is one judged by several figures, which its `reference/figures.json` and
`notes.md` hold. Seconds are those of the reference solution in its cells and in the calls of its functions. All of it
as `manage.py measure_exercises` found it: {where}.

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
    exact = "measured" if (package.folder / FIGURES_FILE).exists() else "exact"
    reference = f"{measured['reference']} {measured['metric']}" if "metric" in measured else exact
    baseline = measured.get("baseline", "–")
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
