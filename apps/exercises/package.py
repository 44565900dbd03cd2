"""Exercise packages as they lie on disk."""

from __future__ import annotations

from pathlib import Path


class ExercisePackage:
    """One exercise package."""


def load_package(folder: Path) -> ExercisePackage:
    """Read the package in `folder`."""
    raise NotImplementedError


def cached_package(folder: Path, *, digest: str) -> ExercisePackage:
    """Read a frozen package."""
    raise NotImplementedError
