"""What is wrong with a package, said so that its author can put it right."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from apps.catalog.yamlfile import CurriculumError, Problem

__all__ = ["PackageError", "Problem"]


class PackageError(CurriculumError):
    """A package that can't be used; `problems` holds every mistake that was found, its text one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(sorted(problems, key=lambda problem: (problem.path, problem.line)))

    @classmethod
    def at(cls, path: Path, line: int, text: str) -> PackageError:
        """An error of a single problem; `line` counts from 1."""
        return cls([Problem(path, line, text)])
