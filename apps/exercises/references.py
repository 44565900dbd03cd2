"""Measured figures: run a package's reference/build.py and write down what it found, and how. Imports no Django."""

from __future__ import annotations

import datetime
import importlib.metadata
import inspect
import json
import platform
from pathlib import Path
from typing import Any

from apps.exercises.errors import PackageError
from apps.exercises.modules import import_file
from apps.exercises.package import ExercisePackage

BUILD_FILE = "reference/build.py"
FIGURES_FILE = "reference/figures.json"
# Whatever could have changed a figure, where it is installed.
MEASURED_WITH = ("numpy", "pandas", "scikit-learn", "torch", "torchvision", "fastai", "diffusers")


def needs_figures(package: ExercisePackage) -> bool:
    """Whether the package measures its reference."""
    return (package.folder / BUILD_FILE).is_file()


def has_figures(package: ExercisePackage) -> bool:
    """Whether the measured figures are there."""
    return (package.folder / FIGURES_FILE).is_file()


def build_reference(package: ExercisePackage, *, command: str) -> Path:
    """Run `build(folder)` of reference/build.py and write its figures, with their provenance, beside it.

    `build` gets the package's folder and may leave weights in reference/*.safetensors, and arrays that only grading may
    see in reference/*.npy. It returns the figures as JSON data; a "seed" among them, or the module's SEED, is written
    down as the seed. Raises PackageError.
    """
    path = package.folder / BUILD_FILE
    module = import_file(package.folder, package.digest, "reference.build")
    build = getattr(module, "build", None)
    if not inspect.isfunction(build):
        raise PackageError.at(path, 1, "There is no build(folder). Add it: it returns the figures as a dict.")
    try:
        figures: dict[str, Any] = dict(build(package.folder))
    except Exception as error:
        raise PackageError.at(path, 1, f"build(folder) raised {type(error).__name__}: {error}. Correct it.") from error
    document = {
        **figures,
        "provenance": {
            "seed": figures.get("seed", getattr(module, "SEED", None)),
            "packages": _installed(),
            "python": platform.python_version(),
            "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "command": command,
        },
    }
    target = package.folder / FIGURES_FILE
    target.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return target


def _installed() -> dict[str, str]:
    versions = {}
    for name in MEASURED_WITH:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
